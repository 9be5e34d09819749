#include "phasescope/intelliton/field_summary.h"

#include <algorithm>
#include <limits>

namespace phasescope::intelliton {

using Eigen::Index;

namespace {

/// Mean over the points that have power.
Eigen::VectorXd mean_spectrum(const Eigen::MatrixXd& spectra) {
  Eigen::VectorXd sum = Eigen::VectorXd::Zero(spectra.cols());
  Index points = 0;
  for (Index l = 0; l < spectra.rows(); ++l) {
    if (!spectra.row(l).allFinite()) continue;
    sum += spectra.row(l).transpose();
    ++points;
  }
  return sum / static_cast<double>(std::max<Index>(points, 1));
}

void find_layer_ranges(const Eigen::MatrixXd& singular_values, FieldSummary& summary) {
  summary.first_layer = summary.last_layer = Eigen::VectorXi::Constant(singular_values.cols(), -1);
  for (Index i = 0; i < singular_values.cols(); ++i) {
    const double threshold = 0.1 * singular_values.col(i).maxCoeff();
    for (Index l = 0; l < singular_values.rows(); ++l) {
      if (!(singular_values(l, i) > threshold)) continue;
      if (summary.first_layer(i) < 0) summary.first_layer(i) = static_cast<int>(l);
      summary.last_layer(i) = static_cast<int>(l);
    }
  }
}

}  // namespace

/// T P[l, k] / sum_k P[l, k].
Eigen::MatrixXd layer_spectra(const FieldAnalysis& analysis) {
  Eigen::MatrixXd spectra =
      Eigen::MatrixXd::Constant(analysis.points(), kSpectrumPoints, std::numeric_limits<double>::quiet_NaN());
  for (Index l = 0; l < analysis.points(); ++l) {
    const double total = analysis.momentum_power.row(l).sum();
    if (!(total > 0)) continue;
    const Eigen::VectorXd density = analysis.momentum_power.row(l).head(analysis.tokens / 2 + 1).transpose() *
                                    (static_cast<double>(analysis.tokens) / total);
    spectra.row(l) = spectrum_on_grid(density, analysis.tokens).transpose();
  }
  return spectra;
}

FieldSummary summarise(const std::string& name, const FieldAnalysis& analysis) {
  FieldSummary summary;
  summary.name = name;
  summary.tokens = analysis.tokens;
  summary.nonfinite = analysis.nonfinite;
  summary.points = analysis.points();
  find_layer_ranges(analysis.singular_values, summary);
  const Index blocks = analysis.points() - 1;
  const Index first = blocks / 4;
  const Index count = std::max<Index>(3 * blocks / 4 - first, 1);
  summary.amplitude = analysis.singular_values.middleRows(first, count).colwise().mean().transpose();
  summary.helicity = analysis.helicity.colwise().mean().transpose();
  summary.spin = analysis.spin.colwise().mean().transpose();
  if (analysis.propagator) {
    summary.pole_mass = analysis.propagator->pole_mass;
    summary.exponential_r2 = analysis.propagator->exponential_r2;
    summary.lattice_mass = analysis.dispersion->lattice_mass;
    summary.resonance_width = analysis.resonances->width;
    for (const auto& bin : analysis.propagator->pole_bin) summary.has_pole.push_back(bin.has_value());
  }
  summary.fusion_events = analysis.fusion.rate.mean();
  summary.spectrum = mean_spectrum(layer_spectra(analysis));
  return summary;
}

void FieldSummary::drop_arrays() {
  middle_right.resize(0, 0);
  matched.log_amplitude.resize(0, 0);
  matched.spectrum.resize(0, 0);
  matched.momentum_rate.resize(0, 0);
  matched.shuffled = {};
}

}  // namespace phasescope::intelliton
