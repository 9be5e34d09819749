#include "phasescope/intelliton/modes.h"

#include <algorithm>
#include <cmath>
#include <limits>

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

/// a b^T for row-major operands with long rows. Eigen packs operands for its general product, which costs
/// more than it brings when there are few rows: plain dot products are then twice as fast.
constexpr Index kFewRows = 24;

MatrixXd row_products(const RowMatrix& a, const RowMatrix& b) {
  if (a.rows() > kFewRows || b.rows() > kFewRows) return a * b.transpose();
  return a.lazyProduct(b.transpose());
}

LayerModes modes_from_eigenvectors(const RowMatrix& field,
                                   const Eigen::SelfAdjointEigenSolver<MatrixXd>& solver, Index count) {
  LayerModes modes;
  modes.singular_values = solver.eigenvalues().tail(count).reverse().cwiseSqrt();
  modes.left = solver.eigenvectors().rightCols(count).rowwise().reverse();
  modes.right.noalias() = modes.left.transpose() * field;
  modes.right.array().colwise() /= modes.singular_values.array();
  return modes;
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
  MatrixXd gram(field.rows(), field.rows());
  for (Index i = 0; i < field.rows(); ++i) {
    for (Index j = 0; j <= i; ++j) gram(i, j) = gram(j, i) = field.row(i).dot(field.row(j));
  }
  return gram;
}

LayerModes decompose_field(const RowMatrix& field, const MatrixXd& gram, Index count) {
  count = std::min({count, field.rows(), field.cols()});
  const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(gram);
  const auto& values = solver.eigenvalues();  // ascending
  const bool well_conditioned = solver.info() == Eigen::Success &&
                                values(values.size() - count) > kWellConditioned * values(values.size() - 1);
  LayerModes modes = well_conditioned ? modes_from_eigenvectors(field, solver, count)
                                      : modes_by_orthogonal_factors(field, count);
  if (!well_conditioned) settle_null_space(modes, field.cols());
  fix_signs(modes);
  return modes;
}

MatrixXd absolute_cosines(const RowMatrix& a, const RowMatrix& b) {
  constexpr double guard = 1e-8;
  MatrixXd cosines = row_products(a, b).cwiseAbs();
  cosines.array().colwise() /= a.rowwise().norm().array() + guard;
  cosines.array().rowwise() /= (b.rowwise().norm().array() + guard).transpose();
  return cosines;
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
