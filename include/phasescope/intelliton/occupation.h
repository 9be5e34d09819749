#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include <Eigen/Core>

#include "phasescope/intelliton/catalog.h"
#include "phasescope/intelliton/field_analysis.h"

namespace phasescope::intelliton {

/// What is kept of one field (a prompt's, or a wave packet's) until the catalogue's species are known.
/// Quantities of modes are [K]; those that need a propagator are empty without one.
struct ModeObservables {
  Eigen::VectorXd middle_singular_values;  ///< at point min(L/2, N-1)
  Eigen::MatrixXf middle_right;            ///< V^T there [K, D]
  Eigen::VectorXd momenta;                 ///< [T]
  Eigen::VectorXd spin;                    ///< mean over points
  Eigen::VectorXd helicity;                ///< mean over points
  Eigen::VectorXd pole_mass;
  Eigen::VectorXd lattice_mass;
  Eigen::MatrixXd group_velocity;  ///< [T, K]
  Eigen::VectorXd resonance_width;
  Eigen::VectorXi fixed_point_layer;
  Eigen::VectorXd anomalous_dimension;
  Eigen::VectorXd wavefunction_z;
  Eigen::VectorXd fusion_strength;  ///< strongest coupling of an event that the mode is a source or target of
  double fusion_rate = 0;           ///< events over all points

  bool has_propagator() const { return pole_mass.size() > 0; }
};

ModeObservables mode_observables(const FieldAnalysis& analysis);

/// One species in one field: how strongly it is occupied, and the quantities of mode min(species mode, K-1).
struct SpeciesObservation {
  double occupation = 0;  ///< sigma_j |cos(v_j, w)| at the mode j most like the species vector w
  double spin = 0;
  std::optional<double> pole_mass;
  std::optional<double> lattice_mass;
  std::optional<double> momentum;  ///< the field's bin nearest to the species' momentum rounded to 3 decimals
  double helicity = 0;
  std::optional<double> group_velocity;  ///< at that bin
  int fixed_point_layer = 0;
  double anomalous_dimension = 0;
  double wavefunction_z = 0;
  std::optional<double> resonance_width;
  double fusion_strength = 0;
  double fusion_rate = 0;
};

/// In the order of the catalogue. Errors: internal when widths differ.
std::vector<SpeciesObservation> observe_species(const ModeObservables& field,
                                                const std::vector<Species>& species);

/// The published mode activation shift, term by term and weighted:
/// 0.45 max(0, O - O_base) + 0.15 |mass| + 0.15 max(0, 1-Z) + 0.1 |gamma| + 0.1 Gamma + 0.05 fusion.
struct ActivationShift {
  std::array<double, 6> terms{};

  double total() const;
};

inline constexpr std::array<std::string_view, 6> kActivationTerms{"occupation_excess", "pole_mass",
                                                                  "wavefunction_loss", "anomalous_dimension",
                                                                  "resonance_width",   "fusion"};

/// Absent when the field has no propagator.
std::optional<ActivationShift> activation_shift(const SpeciesObservation& observation,
                                                double base_occupation);

}  // namespace phasescope::intelliton
