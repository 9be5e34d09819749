#pragma once

#include "matrix.h"

#include <cstdint>
#include <vector>

#include "phasescope/checkpoint/architecture.h"

namespace phasescope::model {

/// Frequencies of one rotary embedding at one sequence length, and the factor on its cosines and sines.
struct RotaryFrequencies {
  std::vector<float>
      inverse;  ///< dimensions / 2, radians per position, float32 as in the reference implementations
  float attention_factor = 1;
};

/// `length` is the number of positions the forward call reaches: dynamic and longrope depend on it. Sources:
/// Su et al. 2021; linear and dynamic NTK scaling as in transformers 5; YaRN, Peng et al. 2023; LongRoPE,
/// Ding et al. 2024; Llama 3.1's three bands.
RotaryFrequencies rotary_frequencies(const checkpoint::Rope& rope, std::int64_t length);

/// Position of a row and how many positions its forward call reaches.
struct RowPosition {
  std::int64_t position = 0;
  std::int64_t length = 0;
};

/// Cosines and sines of each row of a packed batch, for one rope.
class RotaryTable {
 public:
  RotaryTable(const checkpoint::Rope& rope, const std::vector<RowPosition>& rows);

  /// Rotates the first `dimensions` channels of every head of x [rows, heads * head_dim] in place: channel i
  /// of the first half is paired with channel i of the second. Row 0 of x is row `first_row` of the table.
  void rotate(Matrix x, std::int64_t head_dim, std::int64_t first_row = 0) const;

  /// [rows, dimensions / 2]
  ConstMatrix cosine() const { return table(cosine_); }
  ConstMatrix sine() const { return table(sine_); }

 private:
  ConstMatrix table(const Buffer& values) const {
    return {values.data(), half_ == 0 ? 0 : static_cast<std::int64_t>(values.size()) / half_, half_};
  }

  std::int64_t half_;
  Buffer cosine_;  ///< [rows, half]
  Buffer sine_;
};

}  // namespace phasescope::model
