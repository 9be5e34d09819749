#pragma once

#include <Eigen/Core>

namespace phasescope::intelliton {

/// The Savitzky-Golay filter as a matrix [n, n] that acts on columns of n equidistant samples: each inner
/// sample becomes the value of the polynomial of degree `order` fitted to the `window` (odd, <= n) samples
/// around it; the first and last window/2 samples become values of the polynomial fitted to the first and
/// last window (Savitzky and Golay, Anal. Chem. 36, 1964; ends as in the "interp" mode of common
/// implementations).
Eigen::MatrixXd savitzky_golay(Eigen::Index n, Eigen::Index window, Eigen::Index order);

/// Row l holds the weights of the least-squares slope over samples [l - window/2, l + window/2] cut to the
/// ends. [n, n]; n >= 2.
Eigen::MatrixXd local_slopes(Eigen::Index n, Eigen::Index window);

/// Least-squares slope of each column against `x`, one x a row; 0 with fewer than 2 rows.
Eigen::VectorXd column_slopes(const Eigen::VectorXd& x, const Eigen::MatrixXd& columns);

}  // namespace phasescope::intelliton
