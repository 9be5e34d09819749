#include "phasescope/intelliton/principal_axis.h"

#include <algorithm>
#include <cmath>

#include <Eigen/Eigenvalues>

namespace phasescope::intelliton {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

PrincipalAxis principal_axis(const MatrixXd& vectors, const MatrixXd& gram) {
  const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(gram);
  PrincipalAxis result;
  result.coefficients = solver.eigenvectors().rightCols<1>();
  result.coherence = solver.eigenvalues().tail<1>()(0) / static_cast<double>(vectors.rows());
  result.axis = (vectors.transpose() * result.coefficients).normalized();
  Index peak = 0;
  result.axis.cwiseAbs().maxCoeff(&peak);
  if (result.axis(peak) < 0) {
    result.axis = -result.axis;
    result.coefficients = -result.coefficients;
  }
  return result;
}

ResampledAxis resampled_axis(const MatrixXd& gram, const VectorXd& counts, const VectorXd& start) {
  constexpr int steps = 3;
  const VectorXd root = counts.cwiseSqrt();
  // A resample may leave out every vector that the start leans on.
  VectorXd vector = root.cwiseProduct(start);
  if (vector.norm() < 1e-12) vector = root;
  double eigenvalue = 0;
  for (int step = 0; step < steps; ++step) {
    vector.normalize();
    const VectorXd next = root.cwiseProduct(gram * root.cwiseProduct(vector));
    eigenvalue = vector.dot(next);
    vector = next;
  }
  vector.normalize();
  ResampledAxis result;
  result.coefficients = root.cwiseProduct(vector);
  const double length = std::sqrt(std::max(result.coefficients.dot(gram * result.coefficients), 1e-300));
  result.coefficients /= length;
  result.coherence = eigenvalue / counts.sum();
  return result;
}

double random_coherence(Index n, Index width) {
  constexpr double tracy_widom_95 = 0.9793;  // 95 % quantile of the law for real matrices
  const double rows = std::sqrt(static_cast<double>(n));
  const double columns = std::sqrt(static_cast<double>(std::max<Index>(width - 1, 1)));
  const double centre = (rows + columns) * (rows + columns);
  const double scale = (rows + columns) * std::cbrt(1 / rows + 1 / columns);
  return std::min(1.0, (centre + scale * tracy_widom_95) / static_cast<double>(n * width));
}

}  // namespace phasescope::intelliton
