#include "phasescope/intelliton/occupation.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "phasescope/base/error.h"
#include "phasescope/intelliton/rounding.h"

namespace phasescope::intelliton {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

VectorXd strongest_coupling_of_modes(const ModeFusion& fusion, Index modes) {
  VectorXd strength = VectorXd::Zero(modes);
  for (const FusionEvent& event : fusion.events) {
    strength(event.target) = std::max(strength(event.target), event.coupling);
    for (const int source : event.sources) strength(source) = std::max(strength(source), event.coupling);
  }
  return strength;
}

constexpr double kGuard = 1e-8;

/// The right vectors of a field, which all species are compared with.
struct RightVectors {
  explicit RightVectors(const Eigen::MatrixXf& right)
      : vectors(right.cast<double>()), norms(vectors.rowwise().norm().array() + kGuard) {}

  Eigen::MatrixXd vectors;  // [K, D]
  VectorXd norms;           // [K]
};

double occupation(const ModeObservables& field, const RightVectors& right, const VectorXd& species_vector) {
  const VectorXd cosines = (right.vectors * species_vector)
                               .cwiseAbs()
                               .cwiseQuotient(right.norms * (species_vector.norm() + kGuard));
  Index mode = 0;
  cosines.maxCoeff(&mode);
  return field.middle_singular_values(mode) * cosines(mode);
}

void observe_propagator(SpeciesObservation& observation, const ModeObservables& field, const Species& species,
                        Index mode) {
  if (!field.has_propagator() || !species.momentum) return;
  const Index bin = nearest_bin(field.momenta, rounded(*species.momentum, 3));
  observation.momentum = field.momenta(bin);
  observation.group_velocity = field.group_velocity(bin, mode);
  observation.pole_mass = field.pole_mass(mode);
  observation.lattice_mass = field.lattice_mass(mode);
  observation.resonance_width = field.resonance_width(mode);
}

SpeciesObservation observe(const ModeObservables& field, const RightVectors& right, const Species& species) {
  const Index mode = std::min<Index>(species.mode_index, field.spin.size() - 1);
  SpeciesObservation observation;
  observation.occupation = occupation(field, right, species.vector);
  observation.spin = field.spin(mode);
  observation.helicity = field.helicity(mode);
  observation.fixed_point_layer = field.fixed_point_layer(mode);
  observation.anomalous_dimension = field.anomalous_dimension(mode);
  observation.wavefunction_z = field.wavefunction_z(mode);
  observation.fusion_strength = field.fusion_strength(mode);
  observation.fusion_rate = field.fusion_rate;
  observe_propagator(observation, field, species, mode);
  return observation;
}

}  // namespace

ModeObservables mode_observables(const FieldAnalysis& analysis) {
  ModeObservables field;
  field.middle_singular_values = analysis.singular_values.row(analysis.middle_point()).transpose();
  field.middle_right = analysis.middle_right.cast<float>();
  field.momenta = analysis.momenta;
  field.spin = analysis.spin.colwise().mean().transpose();
  field.helicity = analysis.helicity.colwise().mean().transpose();
  if (analysis.propagator) {
    field.pole_mass = analysis.propagator->pole_mass;
    field.lattice_mass = analysis.dispersion->lattice_mass;
    field.group_velocity = analysis.dispersion->group_velocity;
    field.resonance_width = analysis.resonances->width;
  }
  field.fixed_point_layer = analysis.flow.fixed_point_layer;
  field.anomalous_dimension = analysis.flow.anomalous_dimension;
  field.wavefunction_z = analysis.effective_theory.wavefunction_z;
  field.fusion_strength = strongest_coupling_of_modes(analysis.fusion, analysis.modes());
  field.fusion_rate = analysis.fusion.rate.sum();
  return field;
}

std::vector<SpeciesObservation> observe_species(const ModeObservables& field,
                                                const std::vector<Species>& species) {
  const RightVectors right(field.middle_right);
  std::vector<SpeciesObservation> observations;
  for (const Species& one : species) {
    if (one.vector.size() != field.middle_right.cols()) {
      throw Error(ExitClass::internal, "a species vector has another width than the field");
    }
    observations.push_back(observe(field, right, one));
  }
  return observations;
}

double ActivationShift::total() const {
  return std::accumulate(terms.begin(), terms.end(), 0.0);
}

std::optional<ActivationShift> activation_shift(const SpeciesObservation& observation,
                                                double base_occupation) {
  if (!observation.pole_mass) return std::nullopt;
  ActivationShift shift;
  shift.terms = {0.45 * std::max(0.0, observation.occupation - base_occupation),
                 0.15 * std::abs(*observation.pole_mass),
                 0.15 * std::max(0.0, 1 - observation.wavefunction_z),
                 0.1 * std::abs(observation.anomalous_dimension),
                 0.1 * *observation.resonance_width,
                 0.05 * observation.fusion_strength};
  return shift;
}

}  // namespace phasescope::intelliton
