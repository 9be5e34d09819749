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
/// still 1e-4 from the minimum itself, and only the same iteration stops at the same place. Tried: Eigen's
/// MINPACK port (unsupported/NonLinearOptimization, LevenbergMarquardt with analytic Jacobian, bounds by
/// sine-transformed parameters) from the same starts, on the 37 resonances of the golden cases that have a fit
/// and are stable. Centre or width differ from the published ones by more than 1e-5 of their array's largest in
/// 11 of 37 fits at its default tolerance 1.5e-8 (largest 1.7e-4), and in 10 at 1e-13 (largest 1.1e-4), where
/// its cost is the lower one in 33. Any other library that converges ends where it does.
///
/// Nothing when residuals are not finite at the start or after `max_evaluations`.
std::optional<Eigen::VectorXd> bounded_least_squares(const BoundedProblem& problem, Eigen::VectorXd start,
                                                     int max_evaluations = 5000);

}  // namespace phasescope::intelliton
