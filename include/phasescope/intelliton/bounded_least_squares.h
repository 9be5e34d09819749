#pragma once

#include <functional>
#include <optional>

#include <Eigen/Core>

namespace phasescope::intelliton {

/// minimise |r(x)|^2 / 2 subject to lower <= x <= upper.
struct BoundedProblem {
  std::function<Eigen::VectorXd(const Eigen::VectorXd&)> residuals;  ///< r(x) [m]
  std::function<Eigen::MatrixXd(const Eigen::VectorXd&)> jacobian;   ///< dr/dx [m, n]
  Eigen::VectorXd lower;
  Eigen::VectorXd upper;  ///< infinity where there is none
};

/// The trust-region reflective method of Branch, Coleman and Li (SIAM J. Sci. Comput. 21, 1999), with the
/// subproblem solved through the singular values of the scaled Jacobian (More 1978). It ends when a step
/// lowers the cost by less than 1e-8 of it, moves x by less than 1e-8 of it, or the scaled gradient is below
/// 1e-8.
///
/// Why not a library: the published fits stop at that tolerance, where on flat minima the parameters are
/// still 1e-4 from the minimum itself. They are reproduced by the same iteration only; a Levenberg-Marquardt
/// run (Eigen's MINPACK port on sine-transformed parameters, or Ceres') converges to the minimum and is off
/// by that much.
///
/// Nothing when residuals are not finite at the start or after `max_evaluations`.
std::optional<Eigen::VectorXd> bounded_least_squares(const BoundedProblem& problem, Eigen::VectorXd start,
                                                     int max_evaluations = 5000);

}  // namespace phasescope::intelliton
