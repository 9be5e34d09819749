#pragma once

#include <Eigen/Core>

namespace phasescope::intelliton {

/// The one-to-one assignment of rows to columns of a square matrix with the largest sum (Kuhn 1955, Munkres
/// 1957; here by shortest augmenting paths, Jonker and Volgenant 1987): entry i is the column of row i.
/// O(n^3), and O(n^2) when the row maxima already lie in different columns.
Eigen::VectorXi best_assignment(const Eigen::MatrixXd& weights);

}  // namespace phasescope::intelliton
