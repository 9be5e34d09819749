#pragma once

#include <cstddef>
#include <vector>

#include <Eigen/Core>

namespace phasescope::intelliton {

/// The leading eigenvalues of a symmetric matrix in descending order, and their unit vectors as columns.
struct EigenPairs {
  Eigen::VectorXd values;   ///< [count]
  Eigen::MatrixXd vectors;  ///< [n, count]
};

/// The matrix that is decomposed (its upper triangle is read), and how many pairs are wanted, at most n.
struct EigenProblem {
  const Eigen::MatrixXd* matrix;
  Eigen::Index count;
};

/// So many matrices cost as much as one: they are numbers of the same vector registers.
inline constexpr std::size_t kEigenLanes = 8;

/// Most rows of matrices of which a batch is decomposed faster than by one tridiagonal decomposition each.
inline constexpr Eigen::Index kMostEigenRows = 24;

/// Eigenpairs of small symmetric matrices that are finite, by Jacobi's rotations row by row (Golub and Van
/// Loan, "Matrix Computations", 2013, section 8.5). Each result depends on its own matrix alone, to the bit,
/// whatever it is decomposed with: smaller matrices are padded with rows that nothing rotates. Eigenvalues
/// are in error by a few epsilon times the largest, as those of a tridiagonal decomposition, and small ones
/// of graded matrices by less (Demmel and Veselic, "Jacobi's method is more accurate than QR", 1992).
std::vector<EigenPairs> symmetric_eigenpairs(const std::vector<EigenProblem>& problems);

}  // namespace phasescope::intelliton
