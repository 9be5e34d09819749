#include "phasescope/intelliton/field_summary.h"

#include <algorithm>

namespace phasescope::intelliton {

using Eigen::Index;

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
  }
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
