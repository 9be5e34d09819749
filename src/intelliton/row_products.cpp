#include "row_products.h"

#include <algorithm>
#include <array>

namespace phasescope::intelliton {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

/// Partial sums of one entry: one for each number of a vector register or two.
using Lanes = Eigen::Array<double, 8, 1>;

constexpr Index kLanes = Lanes::SizeAtCompileTime;
/// Rows of a and b whose products are computed together, so that each number is loaded once for several.
constexpr Index kHeight = 2, kBreadth = 4;

template <class Scalar>
Lanes load(const Scalar* numbers) {
  return Eigen::Map<const Eigen::Array<Scalar, kLanes, 1>>(numbers).template cast<double>();
}

/// In an order that does not depend on the processor's registers.
double sum_of(const Lanes& lanes) {
  const Eigen::Array4d half = lanes.head<4>() + lanes.tail<4>();
  return (half(0) + half(2)) + (half(1) + half(3));
}

template <int Height, int Breadth, class Scalar>
void tile(const Rows<Scalar>& a, Index i, const Rows<Scalar>& b, Index j, Index width, MatrixXd& products) {
  std::array<std::array<Lanes, Breadth>, Height> sums;
  for (auto& row : sums) row.fill(Lanes::Zero());
  const Scalar* left = a.data + i * a.stride;
  const Scalar* right = b.data + j * b.stride;
  Index d = 0;
  for (; d + kLanes <= width; d += kLanes) {
    std::array<Lanes, Height> x;
    for (std::size_t r = 0; r < Height; ++r) x[r] = load(left + static_cast<Index>(r) * a.stride + d);
    for (std::size_t c = 0; c < Breadth; ++c) {
      const Lanes y = load(right + static_cast<Index>(c) * b.stride + d);
      for (std::size_t r = 0; r < Height; ++r) sums[r][c] += x[r] * y;
    }
  }
  for (Index r = 0; r < Height; ++r) {
    for (Index c = 0; c < Breadth; ++c) {
      double sum = sum_of(sums[static_cast<std::size_t>(r)][static_cast<std::size_t>(c)]);
      for (Index k = d; k < width; ++k)
        sum += static_cast<double>(left[r * a.stride + k]) * static_cast<double>(right[c * b.stride + k]);
      products(i + r, j + c) = sum;
    }
  }
}

/// Columns [0, columns) of `Height` rows from i on.
template <int Height, class Scalar>
void rows_of_products(const Rows<Scalar>& a, Index i, const Rows<Scalar>& b, Index columns, Index width,
                      MatrixXd& products) {
  Index j = 0;
  for (; j + kBreadth <= columns; j += kBreadth) tile<Height, kBreadth>(a, i, b, j, width, products);
  for (; j < columns; ++j) tile<Height, 1>(a, i, b, j, width, products);
}

template <class Scalar>
MatrixXd all_products(const Rows<Scalar>& a, const Rows<Scalar>& b, Index width) {
  MatrixXd products(a.count, b.count);
  Index i = 0;
  for (; i + kHeight <= a.count; i += kHeight) rows_of_products<kHeight>(a, i, b, b.count, width, products);
  for (; i < a.count; ++i) rows_of_products<1>(a, i, b, b.count, width, products);
  return products;
}

}  // namespace

MatrixXd row_products(const Rows<double>& a, const Rows<double>& b, Index width) {
  return all_products(a, b, width);
}

MatrixXd row_products(const Rows<float>& a, const Rows<float>& b, Index width) {
  return all_products(a, b, width);
}

MatrixXd row_products(const Rows<double>& a, Index width) {
  MatrixXd products(a.count, a.count);
  Index i = 0;
  for (; i + kHeight <= a.count; i += kHeight)
    rows_of_products<kHeight>(a, i, a, i + kHeight, width, products);
  for (; i < a.count; ++i) rows_of_products<1>(a, i, a, i + 1, width, products);
  products.triangularView<Eigen::StrictlyUpper>() = products.transpose();
  return products;
}

}  // namespace phasescope::intelliton
