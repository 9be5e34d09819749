#pragma once

#include "row_products.h"

#include <algorithm>
#include <array>

namespace phasescope::intelliton {

/// Computes a b^T a few rows of either by a few of the other at a time, so that each number is loaded once
/// for several products.
template <class Scalar>
class RowTiles {
 public:
  /// `b` may be `a`.
  RowTiles(const Rows<Scalar>& a, const Rows<Scalar>& b, Eigen::Index width,
           Eigen::Ref<Eigen::MatrixXd> products)
      : a_(a), b_(b), width_(width), products_(products) {}

  void all() {
    each_height([this](auto height, Index i) { columns<height>(i, b_.count); });
  }
  /// Of a symmetric product: entries above the diagonal are copies.
  void symmetric() {
    each_height([this](auto height, Index i) { columns<height>(i, i + height); });
    products_.template triangularView<Eigen::StrictlyUpper>() = products_.transpose();
  }

 private:
  using Index = Eigen::Index;
  template <int Number>
  using Constant = std::integral_constant<int, Number>;

  static constexpr Index kHeight = 4, kBreadth = 4;
  static constexpr int kLanes = 8;
  /// Partial sums of one entry: one for each number of a vector register or two.
  using Lanes = Eigen::Array<double, kLanes, 1>;

  static Lanes load(const Scalar* numbers) {
    return Eigen::Map<const Eigen::Array<Scalar, kLanes, 1>>(numbers).template cast<double>();
  }

  /// In an order that does not depend on the processor's registers.
  static double sum_of(const Lanes& lanes) {
    const Eigen::Array4d half = lanes.template head<4>() + lanes.template tail<4>();
    return (half(0) + half(2)) + (half(1) + half(3));
  }

  /// Calls visit(Constant<1 .. 4>, first) for `count` rows, as many at a time as possible.
  template <class Visit>
  static void in_steps(Index count, Visit visit) {
    Index first = 0;
    for (; first + 4 <= count; first += 4) visit(Constant<4>(), first);
    if (count - first == 3) visit(Constant<3>(), first);
    if (count - first == 2) visit(Constant<2>(), first);
    if (count - first == 1) visit(Constant<1>(), first);
  }

  template <class Visit>
  void each_height(Visit visit) {
    in_steps(a_.count, visit);
  }

  /// Columns [0, count) of `Height` rows from i on.
  template <int Height>
  void columns(Index i, Index count) {
    in_steps(count, [this, i](auto breadth, Index j) { tile<Height, breadth>(i, j); });
  }

  template <int Height, int Breadth>
  void tile(Index i, Index j) {
    std::array<std::array<Lanes, Breadth>, Height> sums;
    for (auto& row : sums) row.fill(Lanes::Zero());
    const Scalar* left = a_.data + i * a_.stride;
    const Scalar* right = b_.data + j * b_.stride;
    Index d = 0;
    for (; d + kLanes <= width_; d += kLanes) {
      std::array<Lanes, Breadth> y;
      for (std::size_t c = 0; c < Breadth; ++c) y[c] = load(right + static_cast<Index>(c) * b_.stride + d);
      for (std::size_t r = 0; r < Height; ++r) {
        const Lanes x = load(left + static_cast<Index>(r) * a_.stride + d);
        for (std::size_t c = 0; c < Breadth; ++c) sums[r][c] += x * y[c];
      }
    }
    for (Index r = 0; r < Height; ++r) {
      for (Index c = 0; c < Breadth; ++c) {
        double sum = sum_of(sums[static_cast<std::size_t>(r)][static_cast<std::size_t>(c)]);
        for (Index k = d; k < width_; ++k)
          sum += static_cast<double>(left[r * a_.stride + k]) * static_cast<double>(right[c * b_.stride + k]);
        products_(i + r, j + c) = sum;
      }
    }
  }

  const Rows<Scalar>& a_;
  const Rows<Scalar>& b_;
  Index width_;
  Eigen::Ref<Eigen::MatrixXd> products_;
};

}  // namespace phasescope::intelliton
