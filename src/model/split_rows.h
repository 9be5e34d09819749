#pragma once

#include "matrix.h"
#include "tile_unit.h"

#include <cstdint>
#include <vector>

namespace phasescope::model {

/// Bfloat16 numbers, aligned to whole tile rows.
using SplitTerms = std::vector<std::uint16_t, BufferAllocator<std::uint16_t>>;

/// Rows of float32 numbers, each the exact sum of three bfloat16 terms, or rounded to the first of them, in
/// the order in which the tile unit reads them: [blocks of 16 rows][blocks of 32 columns][term][16 rows][32].
/// Memory stays from use to use.
class SplitRows {
 public:
  /// Gives it this shape and three terms a number, or one; what it held is lost.
  void resize(std::int64_t rows, std::int64_t columns, std::int64_t terms = kInputTerms);
  /// Sets columns [first, first + count) of one row. `first` is a multiple of 16, and so is `count` unless it
  /// reaches the row's end. Threads may set different rows, or different 32 columns of a row, at once.
  void put(std::int64_t row, std::int64_t first, const float* values, std::int64_t count);
  /// All of x, on all threads.
  void assign(ConstMatrix x, std::int64_t terms = kInputTerms);

  std::int64_t rows() const { return rows_; }
  std::int64_t columns() const { return columns_; }
  std::int64_t depth_blocks() const { return (columns_ + kDepth - 1) / kDepth; }
  std::int64_t row_tiles() const { return (rows_ + kTileRows - 1) / kTileRows; }
  /// Numbers from one block of 16 rows to the next.
  std::int64_t tile_stride() const { return depth_blocks() * terms_of_each_ * kTile; }
  /// Of one number.
  std::int64_t terms() const { return terms_of_each_; }
  const std::uint16_t* tile(std::int64_t index) const { return terms_.data() + index * tile_stride(); }

 private:
  std::int64_t rows_ = 0;
  std::int64_t columns_ = 0;
  std::int64_t terms_of_each_ = kInputTerms;
  SplitTerms terms_;
};

}  // namespace phasescope::model
