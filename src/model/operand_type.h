#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

namespace phasescope::model {

/// What matrix products take on the CPU. Sums, results and everything between products are float32 either
/// way.
enum class OperandType {
  float32,
  bfloat16,  ///< weights and activations rounded to the nearest bfloat16, ties to even
};

/// The nearest bfloat16 numbers, ties to even, in float32, in place. NaN stays NaN.
inline void round_to_bfloat16(float* numbers, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, numbers + i, sizeof bits);
    const std::uint32_t nearest = (bits + 0x7FFFU + ((bits >> 16U) & 1U)) & 0xFFFF0000U;
    bits = std::isnan(numbers[i]) ? bits : nearest;
    std::memcpy(numbers + i, &bits, sizeof bits);
  }
}

}  // namespace phasescope::model
