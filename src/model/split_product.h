#pragma once

#include "matrix.h"
#include "weight_source.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace phasescope::model {

/// Products with float32's accuracy on the bfloat16 tile unit (AMX) of x86 processors, which multiplies many
/// times as fast as their float32 units. A float32 number is the exact sum of three bfloat16 terms
/// (8 significant bits each, 24 together), and products of terms are summed in float32 (Henry, Tang and
/// Heinecke 2019, "Leveraging the bfloat16 artificial intelligence datatype for higher-precision
/// computations"). Here an activation is always three terms. A weight is one (checkpoints in bfloat16) or two
/// (float16, and most four-bit blocks): matrices that need three gain too little and are refused. Of the
/// products of terms only those below 2^-27 of the whole are left out, so the result errs as one of float32
/// does. Sums always run in the same order, however many threads or rows there are.

/// Bfloat16 numbers, aligned to whole tile rows.
using SplitTerms = std::vector<std::uint16_t, BufferAllocator<std::uint16_t>>;

/// A weight matrix as terms, in panels of 32 output channels.
class SplitWeights {
 public:
  /// Whether this processor and system have the tile unit, and this program may use it.
  static bool available();
  /// nullopt where some weight is not the sum of two bfloat16 numbers.
  static std::optional<SplitWeights> pack(const WeightSource& source);

  std::int64_t outputs() const { return outputs_; }
  std::int64_t inputs() const { return inputs_; }
  std::uint64_t bytes() const;

  /// y = x W^T + b; bias nullptr: none. x and y need not be dense. `scratch` keeps the terms of x.
  void multiply(ConstMatrix x, const float* bias, Matrix y, SplitTerms& scratch) const;

 private:
  struct Panel {
    int terms = 1;
    SplitTerms tiles;  ///< [blocks of 32 inputs][term][2 tiles of 16 outputs][16 pairs of inputs][16][2]
  };
  struct Product;

  int pack_panel(const WeightSource& source, std::int64_t index);

  std::int64_t outputs_ = 0;
  std::int64_t inputs_ = 0;
  std::vector<Panel> panels_;
};

}  // namespace phasescope::model
