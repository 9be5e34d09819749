#pragma once

#include <Eigen/Core>

#include "phasescope/states/observer.h"

namespace phasescope::intelliton {

/// Rows of numbers that lie one after the other, `stride` apart.
template <class Scalar>
struct Rows {
  const Scalar* data;
  Eigen::Index count;
  Eigen::Index stride;
};

inline Rows<float> rows_of(const states::StateMatrix& states) {
  return {states.data(), states.rows(), states.outerStride()};
}

/// Up to so many rows, row_products is faster than Eigen's general product.
inline constexpr Eigen::Index kFewRows = 32;

/// a b^T [rows of a, rows of b] in float64, over rows of `width` numbers. Each entry is summed in an order
/// that depends on the width alone, so it does not matter which others are computed with it. For few rows:
/// Eigen packs operands for its general product, which costs more than it brings then.
Eigen::MatrixXd row_products(const Rows<double>& a, const Rows<double>& b, Eigen::Index width);
void row_products(const Rows<float>& a, const Rows<float>& b, Eigen::Index width,
                  Eigen::Ref<Eigen::MatrixXd> products);

/// a a^T, symmetric to the bit.
Eigen::MatrixXd row_products(const Rows<double>& a, Eigen::Index width);
void row_products(const Rows<float>& a, Eigen::Index width, Eigen::Ref<Eigen::MatrixXd> products);

}  // namespace phasescope::intelliton
