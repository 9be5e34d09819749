#include "phasescope/intelliton/modes.h"

#include "row_products.h"
#include "symmetric_eigen.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <Eigen/SVD>

namespace phasescope::intelliton {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// Smallest sigma_K^2 / sigma_0^2 for which the Gram matrix's eigenvectors are accurate enough.
constexpr double kWellConditioned = 1e-6;
/// Published: what norms are raised by before they divide.
constexpr double kGuard = 1e-8;

Rows<double> rows_of(const RowMatrix& matrix) {
  return {matrix.data(), matrix.rows(), matrix.cols()};
}

MatrixXd products(const RowMatrix& a, const RowMatrix& b) {
  if (a.rows() > kFewRows || b.rows() > kFewRows) return a * b.transpose();
  return row_products(rows_of(a), rows_of(b), a.cols());
}

LayerModes leading_modes(const Eigen::JacobiSVD<MatrixXd>& svd, Index count) {
  return {svd.singularValues().head(count), svd.matrixU().leftCols(count),
          svd.matrixV().leftCols(count).transpose()};
}

/// Replaces rows from `known` on by unit vectors made orthogonal to those before. The residual of unit vector
/// e_j is 1 - sum_i rows(i, j)^2; the first of at least half the largest residual is taken, so that rounding
/// cannot change the choice.
void complete_rows(RowMatrix& rows, Index known) {
  for (Index next = known; next < rows.rows(); ++next) {
    const Eigen::ArrayXd residual = 1 - rows.topRows(next).colwise().squaredNorm().transpose().array();
    Index chosen = 0;
    while (2 * residual(chosen) < residual.maxCoeff()) ++chosen;
    const VectorXd along = rows.topRows(next).col(chosen);
    rows.row(next) = -along.transpose() * rows.topRows(next);
    rows(next, chosen) += 1;
    rows.row(next).normalize();
  }
}

/// The singular vectors of a null space are arbitrary, and what a decomposition returns for them is rounding
/// noise that differs between processors. They are replaced by a basis that is a function of the other
/// vectors.
void settle_null_space(LayerModes& modes, Index width) {
  const double longer_side = static_cast<double>(std::max(modes.left.rows(), width));
  const double smallest = std::numeric_limits<double>::epsilon() * longer_side * modes.singular_values(0);
  const Index rank = (modes.singular_values.array() > smallest).count();
  modes.singular_values.tail(modes.singular_values.size() - rank).setZero();
  complete_rows(modes.right, rank);
  RowMatrix left = modes.left.transpose();
  complete_rows(left, rank);
  modes.left = left.transpose();
}

/// phi^T = Q R, R^T = U S W^T, hence phi = U S (Q W)^T.
LayerModes modes_by_orthogonal_factors(const RowMatrix& field, Index count) {
  constexpr int thin = Eigen::ComputeThinU | Eigen::ComputeThinV;
  const Index tokens = field.rows();
  if (field.cols() < tokens) return leading_modes(Eigen::JacobiSVD<MatrixXd>(field, thin), count);
  const Eigen::HouseholderQR<MatrixXd> qr(field.transpose());
  const MatrixXd triangle = qr.matrixQR().topRows(tokens).triangularView<Eigen::Upper>();
  LayerModes modes = leading_modes(Eigen::JacobiSVD<MatrixXd>(triangle.transpose(), thin), count);
  MatrixXd right = MatrixXd::Zero(field.cols(), count);
  right.topRows(tokens) = modes.right.transpose();
  right.applyOnTheLeft(qr.householderQ());
  modes.right = right.transpose();
  return modes;
}

/// The magnitude first and its place after: both passes run on whole vector registers.
Index first_largest_magnitude(const RowMatrix& rows, Index i) {
  const double largest = rows.row(i).cwiseAbs().maxCoeff();
  const double* values = rows.row(i).data();
  const double* found =
      std::find_if(values, values + rows.cols(), [=](double value) { return std::abs(value) == largest; });
  return std::min<Index>(found - values, rows.cols() - 1);
}

void fix_signs(LayerModes& modes) {
  for (Index i = 0; i < modes.right.rows(); ++i) {
    if (modes.right(i, first_largest_magnitude(modes.right, i)) >= 0) continue;
    modes.right.row(i) = -modes.right.row(i);
    modes.left.col(i) = -modes.left.col(i);
  }
}

}  // namespace

RowMatrix finite_field(const states::StateMatrix& states, std::int64_t& nonfinite) {
  RowMatrix field = states.cast<double>();
  // 0 times anything finite is 0; a sum, unlike a search, runs on whole vector registers.
  if ((field.array() * 0.0).sum() == 0) return field;
  for (double& value : field.reshaped()) {
    if (std::isfinite(value)) continue;
    value = 0;
    ++nonfinite;
  }
  return field;
}

MatrixXd gram_matrix(const RowMatrix& field) {
  if (field.rows() > kFewRows) return field * field.transpose();
  return row_products(rows_of(field), field.cols());
}

MatrixXd gram_matrix(const states::StateMatrix& states) {
  if (states.rows() > kFewRows) return gram_matrix(RowMatrix(states.cast<double>()));
  MatrixXd gram(states.rows(), states.rows());
  row_products(rows_of(states), states.cols(), gram);
  return gram;
}

MatrixXd cross_products(const states::StateMatrix& a, const states::StateMatrix& b) {
  MatrixXd products(a.rows(), b.rows());
  row_products(rows_of(a), rows_of(b), a.cols(), products);
  return products;
}

namespace {

bool settles(const VectorXd& descending, Index count) {
  return descending(count - 1) > kWellConditioned * descending(0);
}

std::optional<TokenModes> modes_of_large(const MatrixXd& gram, Index count) {
  const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(gram);
  const VectorXd values = solver.eigenvalues().reverse();
  if (solver.info() != Eigen::Success || !settles(values, count)) return std::nullopt;
  return TokenModes{values.head(count).cwiseSqrt(),
                    solver.eigenvectors().rightCols(count).rowwise().reverse()};
}

}  // namespace

std::vector<std::optional<TokenModes>> token_modes(const std::vector<GramModes>& grams) {
  std::vector<std::optional<TokenModes>> modes(grams.size());
  std::vector<EigenProblem> small;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < grams.size(); ++i) {
    if (grams[i].gram->rows() > kMostEigenRows) {
      modes[i] = modes_of_large(*grams[i].gram, grams[i].count);
    } else {
      small.push_back({grams[i].gram, grams[i].count});
      places.push_back(i);
    }
  }
  std::vector<EigenPairs> pairs = symmetric_eigenpairs(small);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (settles(pairs[i].values, small[i].count))
      modes[places[i]] = TokenModes{pairs[i].values.cwiseSqrt(), std::move(pairs[i].vectors)};
  }
  return modes;
}

std::optional<TokenModes> token_modes(const MatrixXd& gram, Index count) {
  return std::move(token_modes({{&gram, count}}).front());
}

std::vector<std::vector<std::size_t>> decomposed_together(const std::vector<Index>& tokens,
                                                          std::size_t groups) {
  std::vector<std::size_t> order(tokens.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return tokens[a] > tokens[b]; });
  const std::size_t most =
      std::clamp<std::size_t>(tokens.size() / std::max<std::size_t>(groups, 1), 1, kEigenLanes);
  std::vector<std::vector<std::size_t>> together;
  for (const std::size_t place : order) {
    const bool alone = tokens[place] > kMostEigenRows || together.empty() || together.back().size() == most ||
                       tokens[together.back().front()] > kMostEigenRows;
    if (alone) together.emplace_back();
    together.back().push_back(place);
  }
  return together;
}

LayerModes layer_modes(const RowMatrix& field, const TokenModes& tokens) {
  LayerModes modes{tokens.singular_values, tokens.left, {}};
  modes.right.noalias() = modes.left.transpose() * field;
  modes.right.array().colwise() /= modes.singular_values.array();
  fix_signs(modes);
  return modes;
}

LayerModes layer_modes_by_factors(const RowMatrix& field, Index count) {
  LayerModes modes = modes_by_orthogonal_factors(field, count);
  settle_null_space(modes, field.cols());
  fix_signs(modes);
  return modes;
}

LayerModes decompose_field(const RowMatrix& field, const MatrixXd& gram, Index count) {
  count = std::min({count, field.rows(), field.cols()});
  const std::optional<TokenModes> tokens = token_modes(gram, count);
  return tokens ? layer_modes(field, *tokens) : layer_modes_by_factors(field, count);
}

MatrixXd absolute_cosines(const RowMatrix& a, const RowMatrix& b) {
  MatrixXd cosines = products(a, b).cwiseAbs();
  cosines.array().colwise() /= a.rowwise().norm().array() + kGuard;
  cosines.array().rowwise() /= (b.rowwise().norm().array() + kGuard).transpose();
  return cosines;
}

MatrixXd absolute_cosines(const TokenModes& a, const TokenModes& b, const MatrixXd& cross) {
  MatrixXd turned(a.left.cols(), cross.cols());
  turned.noalias() = a.left.transpose().lazyProduct(cross);
  MatrixXd cosines(a.left.cols(), b.left.cols());
  cosines.noalias() = turned.lazyProduct(b.left);
  constexpr double norms = (1 + kGuard) * (1 + kGuard);
  cosines.array().colwise() /= a.singular_values.array();
  cosines.array().rowwise() /= norms * b.singular_values.transpose().array();
  return cosines.cwiseAbs();
}

Eigen::VectorXi strongest_columns(const MatrixXd& values) {
  Eigen::VectorXi columns(values.rows());
  for (Index i = 0; i < values.rows(); ++i) {
    Index best = 0;
    for (Index j = 1; j < values.cols(); ++j) {
      if (values(i, j) > values(i, best)) best = j;
    }
    columns(i) = static_cast<int>(best);
  }
  return columns;
}

}  // namespace phasescope::intelliton
