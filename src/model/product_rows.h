#pragma once

#include "matrix.h"
#include "split_rows.h"

#include <algorithm>
#include <cstdint>

namespace phasescope::model {

/// Rows that a product reads, in somebody else's memory and in the form in which it reads them: float32, or
/// bfloat16 terms. Who computes a row writes it in that form, so that nobody passes over the rows again.
class ProductRows {
 public:
  ProductRows() = default;
  ProductRows(Matrix values) : values_(values) {}
  ProductRows(SplitRows& terms) : terms_(&terms) {}

  /// Where rows are float32; else without data.
  Matrix values() const { return values_; }
  /// Where they are terms; else nullptr.
  SplitRows* terms() const { return terms_; }
  bool are_terms() const { return terms_ != nullptr; }

  /// The rows from `first` on, to be written.
  ProductRows from(std::int64_t first, std::int64_t count) const {
    ProductRows rows(*this);
    if (are_terms()) {
      rows.first_ += first;
    } else {
      rows.values_ = values_.slice(first, count);
    }
    return rows;
  }

  /// Sets columns [first, first + count) of one row; of terms they are whole blocks of 16, but for the last.
  void put(std::int64_t row, std::int64_t first, const float* values, std::int64_t count) const {
    if (are_terms()) {
      terms_->put(first_ + row, first, values, count);
    } else {
      std::copy_n(values, count, values_.row(row) + first);
    }
  }

 private:
  Matrix values_;
  SplitRows* terms_ = nullptr;
  std::int64_t first_ = 0;  ///< row of the terms that is row 0 here
};

}  // namespace phasescope::model
