#include "phasescope/intelliton/field_summary.h"

#include <algorithm>

namespace phasescope::intelliton {

using Eigen::Index;

namespace {

/// T P[l, k] / sum_k P[l, k], mean over points: 1 where power is spread evenly. Points without power are left
/// out.
Eigen::VectorXd mean_spectrum(const FieldAnalysis& analysis) {
  const Index tokens = analysis.tokens;
  Eigen::VectorXd sum = Eigen::VectorXd::Zero(tokens / 2 + 1);
  Index points = 0;
  for (Index l = 0; l < analysis.points(); ++l) {
    const double total = analysis.momentum_power.row(l).sum();
    if (!(total > 0)) continue;
    sum +=
        analysis.momentum_power.row(l).head(sum.size()).transpose() * (static_cast<double>(tokens) / total);
    ++points;
  }
  return spectrum_on_grid(sum / static_cast<double>(std::max<Index>(points, 1)), tokens);
}

}  // namespace

FieldSummary summarise(const std::string& name, const FieldAnalysis& analysis) {
  FieldSummary summary;
  summary.name = name;
  summary.tokens = analysis.tokens;
  summary.nonfinite = analysis.nonfinite;
  summary.singular_values = analysis.singular_values;
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
    for (const auto& bin : analysis.propagator->pole_bin) summary.has_pole.push_back(bin.has_value());
  }
  summary.fusion_events = analysis.fusion.rate.mean();
  summary.spectrum = mean_spectrum(analysis);
  return summary;
}

void CategoryFields::add_right_vectors(const RowMatrix& right) {
  if (right.rows() > right_sum.rows()) {
    const Index known = right_sum.rows();
    right_sum.conservativeResize(right.rows(), right.cols());
    right_sum.bottomRows(right.rows() - known).setZero();
  }
  right_sum.topRows(right.rows()) += right;
}

}  // namespace phasescope::intelliton
