#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace phasescope::bench {

/// Numbers in [-scale, scale), the same on every machine.
inline std::vector<float> random_numbers(std::int64_t count, std::uint32_t seed, float scale = 1) {
  std::vector<float> numbers(static_cast<std::size_t>(count));
  std::mt19937 bits(seed);
  for (float& number : numbers) number = scale * (static_cast<float>(bits() >> 8) * 0x1p-23F - 1);
  return numbers;
}

}  // namespace phasescope::bench
