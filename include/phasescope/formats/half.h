#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace phasescope::formats {

inline float float_from_bits(std::uint32_t bits) {
  float value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

inline std::uint32_t bits_of_float(float value) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

/// The value of an IEEE 754 binary16 number, given by its bits. Exact for every number, subnormals, zeros and
/// infinities included; a NaN keeps its sign and payload and becomes quiet, as the conversion instructions of
/// processors make it. Free of branches, so that loops over it are vectorised.
inline float half_to_float(std::uint16_t bits) {
  constexpr std::uint32_t bias_difference = 112U << 23;  // exponent biases 127 and 15
  constexpr std::uint32_t infinity = 0x7C00U << 13;      // a half's, moved into a float's fields
  const std::uint32_t sign = (bits & 0x8000U) << 16;
  const std::uint32_t magnitude = (bits & 0x7FFFU) << 13;

  const std::uint32_t normal = magnitude + bias_difference;
  // A subnormal is f * 2^-24 with integer f: build 2^-14 + f * 2^-24, a normal float, and take 2^-14 away.
  const std::uint32_t subnormal =
      bits_of_float(float_from_bits(normal + (1U << 23)) - float_from_bits(113U << 23));
  const std::uint32_t quiet_bit = magnitude > infinity ? 1U << 22 : 0U;
  const std::uint32_t infinite_or_nan = (normal + bias_difference) | quiet_bit;

  const std::uint32_t finite = magnitude < (1U << 23) ? subnormal : normal;
  return float_from_bits(sign | (magnitude < infinity ? finite : infinite_or_nan));
}

/// The value of a bfloat16 number, given by its bits: the upper half of a float32. NaNs are kept as they are.
inline float bfloat16_to_float(std::uint16_t bits) {
  return float_from_bits(static_cast<std::uint32_t>(bits) << 16);
}

/// Convert `count` little-endian numbers, which start at `numbers` with any alignment, into `out`, each as
/// the function above of that type does. The ranges may not overlap. On the calling thread alone.
void halves_to_floats(const std::byte* numbers, std::int64_t count, float* out);
void bfloat16s_to_floats(const std::byte* numbers, std::int64_t count, float* out);

}  // namespace phasescope::formats
