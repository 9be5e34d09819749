#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <Eigen/Core>

#include "phasescope/states/observer.h"

namespace phasescope::intelliton {

using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Singular modes of one state point of one prompt, phi = U diag(sigma) V^T with phi [T tokens, D channels].
/// Signs: in each right singular vector the first entry of largest magnitude is positive.
struct LayerModes {
  Eigen::VectorXd singular_values;  ///< [K], descending
  Eigen::MatrixXd left;             ///< U [T, K]
  RowMatrix right;                  ///< V^T [K, D]
};

/// States in float64. Entries that are not finite become 0 and are added to `nonfinite`.
RowMatrix finite_field(const states::StateMatrix& states, std::int64_t& nonfinite);

/// The token side of singular modes, signs arbitrary.
struct TokenModes {
  Eigen::VectorXd singular_values;  ///< [K], descending
  Eigen::MatrixXd left;             ///< U [T, K]
};

/// phi phi^T [T, T].
Eigen::MatrixXd gram_matrix(const RowMatrix& field);
/// The same of states. Where a row is not finite, neither is its product with itself: float64 has room for
/// squares of float32.
Eigen::MatrixXd gram_matrix(const states::StateMatrix& states);
/// phi_a phi_b^T [T_a, T_b] of states.
Eigen::MatrixXd cross_products(const states::StateMatrix& a, const states::StateMatrix& b);

/// The first min(count, T, D) modes of a field. `gram` is its gram_matrix.
///
/// T is small against D, so the work is done on the token side. The eigenvectors of the Gram matrix are the
/// left singular vectors, but squaring costs accuracy: an error of T * epsilon * sigma_0^2 in each
/// eigenvalue. That is kept below 1e-9 of the smallest eigenvalue in use by taking this way only when
/// sigma_K^2 > 1e-6 sigma_0^2. Otherwise (rank-deficient and nearly so: repeated or empty rows) a Householder
/// QR of phi^T and a Jacobi SVD of its T x T triangle give every singular value to epsilon * sigma_0, at
/// several times the cost. (Eigen's divide-and-conquer SVD was found to return wrong values for
/// rank-deficient input.) Vectors of a null space, where all are right, are a fixed function of the others,
/// so that results do not depend on the processor.
LayerModes decompose_field(const RowMatrix& field, const Eigen::MatrixXd& gram, Eigen::Index count);

/// What the Gram matrix alone says of the first `count` <= T modes, where that is accurate enough; else
/// nothing, and only layer_modes_by_factors gives them.
std::optional<TokenModes> token_modes(const Eigen::MatrixXd& gram, Eigen::Index count);

/// A Gram matrix [T, T] and how many of its modes are wanted, at most T.
struct GramModes {
  const Eigen::MatrixXd* gram;
  Eigen::Index count;
};

/// The same of several Gram matrices, each result being that of its own alone, to the bit. Small ones are
/// decomposed together, several at the cost of one.
std::vector<std::optional<TokenModes>> token_modes(const std::vector<GramModes>& grams);
/// Places of fields of so many `tokens` each in groups that token_modes takes best at once: of similar sizes,
/// longest first, long ones alone; at least `groups` of them, as far as there are fields.
std::vector<std::vector<std::size_t>> decomposed_together(const std::vector<Eigen::Index>& tokens,
                                                          std::size_t groups);
/// The modes with their right vectors, signs set: of the token side; and by orthogonal factors, `count` <= T,
/// D.
LayerModes layer_modes(const RowMatrix& field, const TokenModes& tokens);
LayerModes layer_modes_by_factors(const RowMatrix& field, Eigen::Index count);

/// |cos| between the right vectors of two fields without making them: (u_i^T C u_j) / (sigma_i sigma_j), with
/// `cross` C = phi_a phi_b^T [T, T] and the published guard.
Eigen::MatrixXd absolute_cosines(const TokenModes& a, const TokenModes& b, const Eigen::MatrixXd& cross);

/// |cos(a_i, b_j)| between rows, with the published guard: norms + 1e-8. Shape [rows of a, rows of b].
Eigen::MatrixXd absolute_cosines(const RowMatrix& a, const RowMatrix& b);

/// The column of the (first) largest entry of each row.
Eigen::VectorXi strongest_columns(const Eigen::MatrixXd& values);

}  // namespace phasescope::intelliton
