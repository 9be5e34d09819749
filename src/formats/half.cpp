#include "phasescope/formats/half.h"

namespace phasescope::formats {
namespace {

std::uint16_t load_16_bits(const std::byte* bytes) {
  std::uint16_t bits = 0;
  std::memcpy(&bits, bytes, sizeof bits);
  return bits;
}

}  // namespace

void halves_to_floats(const std::byte* __restrict numbers, std::int64_t count, float* __restrict out) {
  for (std::int64_t i = 0; i < count; ++i) out[i] = half_to_float(load_16_bits(numbers + 2 * i));
}

void bfloat16s_to_floats(const std::byte* __restrict numbers, std::int64_t count, float* __restrict out) {
  for (std::int64_t i = 0; i < count; ++i) out[i] = bfloat16_to_float(load_16_bits(numbers + 2 * i));
}

}  // namespace phasescope::formats
