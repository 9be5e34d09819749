#include "phasescope/intelliton/phase_transitions.h"

#include <cmath>

#include "phasescope/intelliton/smoothing.h"

namespace phasescope::intelliton {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

/// Central differences, one-sided at the ends.
VectorXd gradient(const VectorXd& values) {
  const Index n = values.size();
  VectorXd slope(n);
  slope(0) = values(1) - values(0);
  slope(n - 1) = values(n - 1) - values(n - 2);
  slope.segment(1, n - 2) = (values.tail(n - 2) - values.head(n - 2)) / 2;
  return slope;
}

}  // namespace

PhaseTransitionFinder::PhaseTransitionFinder(Index points) {
  if (points > 5) filter_ = savitzky_golay(points, 5, 1);
}

std::vector<PhaseTransition> PhaseTransitionFinder::operator()(const Eigen::MatrixXd& singular_values) const {
  const Index points = singular_values.rows();
  if (filter_.size() == 0 || singular_values.cols() < 2) return {};
  const VectorXd raw = singular_values.col(0) - singular_values.col(1);
  // Filter the change since point 0: a constant gap then has a gradient of exactly 0.
  const VectorXd gap = filter_ * (raw.array() - raw(0)).matrix();
  const VectorXd slope = gradient(gap);
  const double spread = std::sqrt((slope.array() - slope.mean()).square().mean());
  std::vector<PhaseTransition> found;
  for (Index l = 2; l < points - 2; ++l) {
    if (!(std::abs(slope(l)) > 2 * spread)) continue;
    found.push_back({static_cast<int>(l), std::abs(slope(l)), raw(0) + gap(l - 2), raw(0) + gap(l + 2),
                     slope(l) > 0 ? "mass_gap_opening" : "symmetry_breaking"});
  }
  return found;
}

}  // namespace phasescope::intelliton
