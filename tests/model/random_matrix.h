#pragma once

#include "matrix.h"

#include <cstdint>
#include <random>
#include <vector>

namespace phasescope::model::testing {

/// A float32 matrix that owns its memory, wider in memory than it is if asked so.
class OwnedMatrix {
 public:
  OwnedMatrix(std::int64_t rows, std::int64_t columns, std::int64_t gap = 0, float fill = 0)
      : rows_(rows),
        columns_(columns),
        stride_(columns + gap),
        values_(static_cast<std::size_t>(rows * stride_), fill) {}

  /// Numbers in [-scale, scale), the same on every machine.
  static OwnedMatrix random(std::int64_t rows, std::int64_t columns, std::uint32_t seed, float scale = 1,
                            std::int64_t gap = 0) {
    OwnedMatrix matrix(rows, columns, gap);
    std::mt19937 bits(seed);
    for (float& value : matrix.values_) value = scale * (static_cast<float>(bits() >> 8) * 0x1p-23F - 1);
    return matrix;
  }

  Matrix view() { return {values_.data(), rows_, columns_, stride_}; }
  ConstMatrix view() const { return {values_.data(), rows_, columns_, stride_}; }
  float& at(std::int64_t row, std::int64_t column) {
    return values_[static_cast<std::size_t>(row * stride_ + column)];
  }
  double at(std::int64_t row, std::int64_t column) const {
    return values_[static_cast<std::size_t>(row * stride_ + column)];
  }
  std::int64_t rows() const { return rows_; }
  std::int64_t columns() const { return columns_; }

 private:
  std::int64_t rows_, columns_, stride_;
  std::vector<float> values_;
};

}  // namespace phasescope::model::testing
