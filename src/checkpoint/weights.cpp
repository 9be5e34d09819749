#include "phasescope/checkpoint/weights.h"

#include <algorithm>
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

/// Output rows are stored columns: walks the stored matrix row by row, of each row only the part that holds
/// them, so that memory is read in order. Such types have no blocks: any number can be read by itself.
void convert_columns(const Weight& weight, std::int64_t first, std::int64_t count, float* out) {
  std::int64_t begin = stored_index(weight, first);
  std::int64_t end = begin + 1;
  for (std::int64_t r = 1; r < count; ++r) {
    begin = std::min(begin, stored_index(weight, first + r));
    end = std::max(end, stored_index(weight, first + r) + 1);
  }
  std::vector<float> part(static_cast<std::size_t>(end - begin));
  for (std::int64_t c = 0; c < weight.stored_rows; ++c) {
    const std::uint64_t offset =
        static_cast<std::uint64_t>(c) * row_bytes(weight) + bytes_of(weight.type, begin);
    formats::dequantize(weight.type, weight.data + offset, end - begin, part.data());
    for (std::int64_t r = 0; r < count; ++r) {
      out[r * weight.stored_rows + c] =
          part[static_cast<std::size_t>(stored_index(weight, first + r) - begin)];
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
