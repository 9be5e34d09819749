#include "phasescope/intelliton/field_analysis.h"

#include "phasescope/base/error.h"

namespace phasescope::intelliton {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

Index checked(Index points) {
  if (points >= 2) return points;
  throw Error(ExitClass::numerics, "the spectral analysis needs at least two state points");
}

ModeLinks mode_links(const FieldStatistics& field) {
  ModeLinks links(static_cast<Index>(field.cosines.size()), field.modes());
  for (Index l = 0; l < links.rows(); ++l) {
    links.row(l) = strongest_columns(field.cosines[static_cast<std::size_t>(l)]).transpose();
  }
  return links;
}

}  // namespace

Index nearest_bin(const VectorXd& momenta, double momentum) {
  Index nearest = 0;
  (momenta.array() - momentum).abs().minCoeff(&nearest);
  return nearest;
}

FieldAnalyzer::FieldAnalyzer(Index points, const Options& options)
    : points_(checked(points)),
      skip_(options.skip_layers),
      sharpness_(options.sharpness),
      flow_(points, options.eft_window),
      phase_transitions_(points) {
  if (points > skip_ + 1) depth_fourier_.emplace(points - skip_);
}

void FieldAnalyzer::analyse_momenta(const FieldStatistics& field, FieldAnalysis& analysis) const {
  const auto fourier = token_fourier(field.tokens);
  analysis.momenta = fourier->momenta();
  analysis.spin.resize(points_, field.modes());
  analysis.mode_momentum.resizeLike(analysis.spin);
  analysis.helicity.resizeLike(analysis.spin);
  for (Index l = 0; l < points_; ++l) {
    const ModeMomenta momenta = mode_momenta(*fourier, field.half_magnitudes[static_cast<std::size_t>(l)]);
    analysis.spin.row(l) = momenta.spin.transpose();
    analysis.mode_momentum.row(l) = momenta.peak.transpose();
    analysis.helicity.row(l) = momenta.helicity.transpose();
  }
}

void FieldAnalyzer::analyse_propagator(const FieldStatistics& field, const MatrixXd& amplitude, Extent extent,
                                       FieldAnalysis& analysis) const {
  if (!has_propagator()) return;
  analysis.propagator = propagator(amplitude, skip_, *depth_fourier_);
  analysis.resonances = resonances(*analysis.propagator, sharpness_);
  analysis.dispersion =
      dispersion(*token_fourier(field.tokens), field.half_magnitudes[static_cast<std::size_t>(skip_)],
                 field.half_magnitudes.back(), points_ - 1 - skip_);
  if (extent == Extent::whole) fit_lattice_masses(*token_fourier(field.tokens), *analysis.dispersion);
}

FieldAnalysis FieldAnalyzer::operator()(const FieldStatistics& field, Extent extent) const {
  FieldAnalysis analysis;
  analysis.tokens = field.tokens;
  analysis.nonfinite = field.nonfinite;
  analysis.singular_values = field.singular_values;
  analysis.momentum_power = field.momentum_power;
  analysis.middle_right = field.middle_right;
  analysis.couplings = field.couplings;
  analysis.mode_link = mode_links(field);
  analyse_momenta(field, analysis);
  const MatrixXd amplitude =
      along_chains(field.singular_values, follow_chains(analysis.mode_link, field.modes()));
  analyse_propagator(field, amplitude, extent, analysis);
  analysis.flow = flow_(field.singular_values);
  analysis.effective_theory =
      effective_theory(amplitude, analysis.propagator ? analysis.propagator->pole_mass : VectorXd());
  if (extent == Extent::whole || !field.couplings.empty()) {
    analysis.fusion = mode_fusion(analysis.mode_link, field.singular_values, field.couplings);
  } else {
    analysis.fusion = fusion_counts(analysis.mode_link);
  }
  if (extent == Extent::observables) return analysis;
  analysis.phase_transitions = phase_transitions_(field.singular_values);
  analysis.fusion.genealogy = genealogy(analysis.mode_link);
  return analysis;
}

}  // namespace phasescope::intelliton
