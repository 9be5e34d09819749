#include "phasescope/intelliton/smoothing.h"

#include <algorithm>

#include <Eigen/QR>

namespace phasescope::intelliton {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// Row p: weights that turn `window` samples into the fitted polynomial's value at sample p.
MatrixXd projection(Index window, Index order) {
  const double middle = static_cast<double>(window / 2);
  const MatrixXd powers = MatrixXd::NullaryExpr(window, order + 1, [&](Index i, Index power) {
    return std::pow(static_cast<double>(i) - middle, static_cast<double>(power));
  });
  return powers * powers.completeOrthogonalDecomposition().pseudoInverse();
}

}  // namespace

MatrixXd savitzky_golay(Index n, Index window, Index order) {
  const MatrixXd weights = projection(window, order);
  MatrixXd filter = MatrixXd::Zero(n, n);
  for (Index l = 0; l < n; ++l) {
    const Index start = std::clamp<Index>(l - window / 2, 0, n - window);
    filter.row(l).segment(start, window) = weights.row(l - start);
  }
  return filter;
}

MatrixXd local_slopes(Index n, Index window) {
  MatrixXd slopes = MatrixXd::Zero(n, n);
  for (Index l = 0; l < n; ++l) {
    const Index first = std::max<Index>(0, l - window / 2);
    const Index count = std::min(n - 1, l + window / 2) - first + 1;
    const VectorXd x = VectorXd::LinSpaced(count, 0, static_cast<double>(count - 1));
    const VectorXd centred = x.array() - x.mean();
    if (count > 1) slopes.row(l).segment(first, count) = centred / centred.squaredNorm();
  }
  return slopes;
}

VectorXd column_slopes(const VectorXd& x, const MatrixXd& columns) {
  if (x.size() < 2) return VectorXd::Zero(columns.cols());
  const VectorXd centred = x.array() - x.mean();
  // Slopes do not change when a column is shifted; a constant column then gives exactly 0.
  const MatrixXd shifted = columns.rowwise() - columns.row(0);
  return shifted.transpose() * centred / centred.squaredNorm();
}

}  // namespace phasescope::intelliton
