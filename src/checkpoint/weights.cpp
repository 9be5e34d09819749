#include "phasescope/checkpoint/weights.h"

#include <cstring>

#include "phasescope/base/error.h"

namespace phasescope::checkpoint {
namespace {

std::uint64_t bytes_of(formats::QuantizationType type, std::int64_t elements) {
  const formats::QuantizationBlock block = formats::quantization_block(type);
  return static_cast<std::uint64_t>(elements / block.elements * block.bytes);
}

std::uint64_t row_bytes(const Weight& weight) {
  return bytes_of(weight.type, weight.stored_columns);
}

std::int64_t stored_index(const Weight& weight, std::int64_t row) {
  return weight.row_of.empty() ? row : weight.row_of[static_cast<std::size_t>(row)];
}

/// Output rows are stored columns: walks the stored matrix row by row so that memory is read in order.
void convert_columns(const Weight& weight, std::int64_t first, std::int64_t count, float* out) {
  std::vector<float> stored_row(static_cast<std::size_t>(weight.stored_columns));
  for (std::int64_t c = 0; c < weight.stored_rows; ++c) {
    formats::dequantize(weight.type, weight.data + static_cast<std::uint64_t>(c) * row_bytes(weight),
                        weight.stored_columns, stored_row.data());
    for (std::int64_t r = 0; r < count; ++r) {
      out[r * weight.stored_rows + c] = stored_row[static_cast<std::size_t>(stored_index(weight, first + r))];
    }
  }
}

}  // namespace

std::int64_t Weight::rows() const {
  if (!row_of.empty()) return static_cast<std::int64_t>(row_of.size());
  return transposed ? stored_columns : stored_rows;
}

bool Weight::is_plain_float32() const {
  const bool aligned = reinterpret_cast<std::uintptr_t>(data) % alignof(float) == 0;
  return type == formats::QuantizationType::f32 && !transposed && row_of.empty() && aligned;
}

std::uint64_t Weight::stored_bytes() const {
  return bytes_of(type, rows() * columns());
}

void convert_rows(const Weight& weight, std::int64_t first, std::int64_t count, float* out) {
  if (weight.transposed) {
    convert_columns(weight, first, count, out);
    return;
  }
  if (weight.row_of.empty()) {
    formats::dequantize(weight.type, weight.data + static_cast<std::uint64_t>(first) * row_bytes(weight),
                        count * weight.stored_columns, out);
    return;
  }
  for (std::int64_t r = 0; r < count; ++r) {
    const auto stored = static_cast<std::uint64_t>(stored_index(weight, first + r));
    formats::dequantize(weight.type, weight.data + stored * row_bytes(weight), weight.stored_columns,
                        out + r * weight.stored_columns);
  }
}

}  // namespace phasescope::checkpoint
