#pragma once

#include "matrix.h"
#include "operand_type.h"
#include "split_rows.h"
#include "weight_source.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace phasescope::model {

/// Products with float32's accuracy on the bfloat16 tile unit (AMX) of x86 processors, which multiplies many
/// times as fast as their float32 units. A float32 number is the exact sum of three bfloat16 terms
/// (8 significant bits each, 24 together), and products of terms are summed in float32 (Henry, Tang and
/// Heinecke 2019, "Leveraging the bfloat16 artificial intelligence datatype for higher-precision
/// computations"). Here an activation is always three terms. A weight is one (checkpoints in bfloat16) or two
/// (float16, and most four-bit blocks): matrices that need three gain too little and are refused. Of the
/// products of terms only those below 2^-27 of the whole are left out, so the result errs as one of float32
/// does. Sums always run in the same order, however many threads or rows there are. Where products are to
/// take bfloat16 operands, both sides are their first terms alone.

/// A weight matrix as terms, in panels of 32 output channels that lie one after another.
class SplitWeights {
 public:
  /// nullopt where operands are float32 and some weight is not the sum of two bfloat16 numbers.
  static std::optional<SplitWeights> pack(const WeightSource& source,
                                          OperandType operands = OperandType::float32);

  std::int64_t outputs() const { return outputs_; }
  std::int64_t inputs() const { return inputs_; }
  /// Terms of each activation in the rows that it multiplies.
  std::int64_t input_terms() const { return input_terms_; }
  std::uint64_t bytes() const { return tiles_.size() * sizeof(std::uint16_t); }

  /// y = x W^T + b, on all threads; bias nullptr: none. y need not be dense.
  void multiply(const SplitRows& x, const float* bias, Matrix y) const;

  /// Rows [first_row, ...) and outputs [first_output, ...) of the same, as many as y has, on the calling
  /// thread alone. Both firsts are multiples of 32.
  void multiply_part(const SplitRows& x, std::int64_t first_row, std::int64_t first_output, const float* bias,
                     Matrix y) const;

  /// Whether the outputs are two halves that multiply_gated() can take.
  bool has_halves() const;
  /// Makes `count` gates their activation times up, in place.
  using Gate = std::function<void(float* gate, const float* up, std::int64_t count)>;
  /// y = gate(first half of x W^T + b, second half), block by block while it is in the nearest cache. Returns
  /// the seconds that went into `gate`, divided by the threads.
  double multiply_gated(const SplitRows& x, const float* bias, const Gate& gate, SplitRows& y) const;

 private:
  struct Product;

  std::int64_t panels() const;
  std::int64_t panel_size() const;
  void lay_out(int terms);
  void round_panel(const WeightSource& source, std::int64_t index);
  int pack_panel(const WeightSource& source, std::int64_t index);
  int pack_panels(const WeightSource& source);

  std::int64_t outputs_ = 0;
  std::int64_t inputs_ = 0;
  int terms_ = 1;
  std::int64_t input_terms_ = kInputTerms;
  SplitTerms
      tiles_;  ///< [panels][blocks of 32 inputs][term][2 tiles of 16 outputs][16 pairs of inputs][16][2]
};

}  // namespace phasescope::model
