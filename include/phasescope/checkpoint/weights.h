#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "phasescope/formats/quantization.h"

namespace phasescope::checkpoint {

/// A matrix or vector of a checkpoint as the model wants it: [rows, columns] with one row an output channel,
/// whatever slices, transposes or orders of rows the file keeps it in. Points into the mapped file of the
/// Checkpoint that made it.
struct Weight {
  std::string name;  ///< as in the file, for messages
  formats::QuantizationType type = formats::QuantizationType::f32;
  const std::byte* data = nullptr;  ///< nullptr: the model has no such weight
  std::int64_t stored_rows = 0;
  std::int64_t stored_columns = 0;
  bool transposed = false;  ///< output channels are columns of the stored matrix (unquantised types only)
  std::vector<std::int64_t>
      row_of;  ///< stored row (column when transposed) of each output row; empty: all, in order

  explicit operator bool() const { return data != nullptr; }
  std::int64_t rows() const;
  std::int64_t columns() const { return transposed ? stored_rows : stored_columns; }
  /// True when the file's bytes are the wanted float32 matrix.
  bool is_plain_float32() const;
  std::uint64_t stored_bytes() const;
};

/// Converts rows [first, first + count) to float32 at `out`, row-major. Ranges are independent: callers run
/// them in parallel.
void convert_rows(const Weight& weight, std::int64_t first, std::int64_t count, float* out);

/// A linear map y = W x + b.
struct LinearWeights {
  Weight matrix;
  Weight bias;
};

/// A norm's weight and, for LayerNorm, bias.
struct NormWeights {
  Weight scale;
  Weight bias;
};

struct ExpertWeights {
  LinearWeights gate, up, down;
};

/// Everything one block reads; what a family does not have is empty.
struct BlockWeights {
  NormWeights attention_norm, attention_output_norm, feed_forward_norm, feed_forward_output_norm;
  /// None, one (per_head, all_heads), or one a head (each_head).
  std::vector<NormWeights> query_norms, key_norms;
  LinearWeights query, key, value, output;
  LinearWeights gate, up, down;
  LinearWeights router;
  std::vector<ExpertWeights> experts;
};

/// What stands before and after the blocks.
struct OuterWeights {
  Weight token_embedding;     ///< [vocabulary, embedding_width]
  Weight position_embedding;  ///< [positions + offset, hidden]
  LinearWeights project_in, project_out;
  NormWeights final_norm;
  LinearWeights head;  ///< the token embedding when tied
};

}  // namespace phasescope::checkpoint
