#pragma once

#include "matrix.h"
#include "split_product.h"

#include <cstdint>
#include <memory>
#include <optional>

namespace phasescope::model {

/// A weight matrix [outputs, inputs] in the one layout in which it is multiplied.
struct WeightMatrix {
  std::int64_t outputs = 0;
  std::int64_t inputs = 0;
  std::optional<SplitWeights> split;  ///< bfloat16 terms; or
  Buffer packed;                      ///< oneDNN's blocked layout; or
  ConstMatrix stored;                 ///< float32 [outputs, inputs], in `converted` or in the mapped file
  Buffer converted;
  OperandType operands = OperandType::float32;  ///< what products with it take

  /// What a product reads of it.
  std::uint64_t operand_bytes() const {
    if (split) return split->bytes();
    return static_cast<std::uint64_t>(outputs * inputs) * sizeof(float);
  }
  /// Memory of its own.
  std::uint64_t bytes() const {
    return (split ? split->bytes() : 0) + (packed.size() + converted.size()) * sizeof(float);
  }
};

/// y = x W^T + b, ready to be multiplied; bias nullptr: none.
struct PreparedLinear {
  std::shared_ptr<const WeightMatrix> weight;
  const float* bias = nullptr;

  explicit operator bool() const { return weight != nullptr; }
  std::int64_t outputs() const { return weight->outputs; }
  std::int64_t inputs() const { return weight->inputs; }
};

}  // namespace phasescope::model
