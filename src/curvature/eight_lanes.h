#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>

/// Loops over lanes are fast only when nothing in them is a call.
#define EIGHT_LANES_INLINE __attribute__((always_inline)) inline

namespace phasescope::curvature {

// Sums over eight interleaved partial sums, each of which is a lane of a vector type of GCC and Clang: the
// same order of additions on every processor, whatever the width of its registers. Vectors are handed over by
// reference, since how they are passed by value depends on the processor.

using EightDoubles = double __attribute__((vector_size(64)));
using EightFloats = float __attribute__((vector_size(32)));

constexpr std::size_t lane_count = 8;

/// The `count` <= 8 numbers at `from`, and zeros.
EIGHT_LANES_INLINE void read_lanes(const double* from, std::size_t count, EightDoubles& lanes) {
  lanes = EightDoubles{};
  std::memcpy(&lanes, from, count * sizeof(double));
}
EIGHT_LANES_INLINE void read_lanes(const float* from, std::size_t count, EightDoubles& lanes) {
  EightFloats numbers{};
  std::memcpy(&numbers, from, count * sizeof(float));
  lanes = __builtin_convertvector(numbers, EightDoubles);
}

/// Calls take(i, count) for numbers i .. i+count-1, eight at a time but for the last.
template <class Take>
EIGHT_LANES_INLINE void by_eights(std::size_t width, Take take) {
  std::size_t i = 0;
  for (; i + lane_count <= width; i += lane_count) take(i, lane_count);
  if (i < width) take(i, width - i);
}

inline double sum_of(const EightDoubles& lanes) {
  return ((lanes[0] + lanes[4]) + (lanes[1] + lanes[5])) + ((lanes[2] + lanes[6]) + (lanes[3] + lanes[7]));
}

inline double largest_of(const EightDoubles& lanes) {
  double largest = lanes[0];
  for (std::size_t i = 1; i < lane_count; ++i) largest = std::max(largest, lanes[i]);
  return largest;
}

}  // namespace phasescope::curvature
