#include "block_kernels.h"

#include <cstddef>

#include "phasescope/formats/half.h"

// The K types: blocks of 256 numbers in groups of 16 or 32, each group with a small integer scale (and, for
// Q2_K, Q4_K and Q5_K, a small integer minimum) that multiplies the block's half-precision scale.
namespace phasescope::formats {
namespace {

constexpr int block_size = 256;

struct BlockQ2K {
  std::uint8_t scales[16];  // low nibble: scale of a group of 16, high nibble: its minimum
  std::uint8_t pairs[64];   // 2 bits a number
  std::uint16_t scale;
  std::uint16_t minimum_scale;
};
static_assert(sizeof(BlockQ2K) == 84);

struct BlockQ3K {
  std::uint8_t high_bits[32];  // bit 2 of a number, inverted
  std::uint8_t pairs[64];      // bits 0 and 1
  std::uint8_t scales[12];     // 16 scales of 6 bits
  std::uint16_t scale;
};
static_assert(sizeof(BlockQ3K) == 110);

struct BlockQ4K {
  std::uint16_t scale;
  std::uint16_t minimum_scale;
  std::uint8_t scales[12];  // 8 scales and 8 minima of 6 bits
  std::uint8_t nibbles[128];
};
static_assert(sizeof(BlockQ4K) == 144);

struct BlockQ5K {
  std::uint16_t scale;
  std::uint16_t minimum_scale;
  std::uint8_t scales[12];
  std::uint8_t fifth_bits[32];
  std::uint8_t nibbles[128];
};
static_assert(sizeof(BlockQ5K) == 176);

struct BlockQ6K {
  std::uint8_t nibbles[128];
  std::uint8_t high_pairs[64];  // bits 4 and 5
  std::int8_t scales[16];
  std::uint16_t scale;
};
static_assert(sizeof(BlockQ6K) == 210);

/// The eight (scale, minimum) pairs of 6 bits in 12 bytes: bytes 0-3 and 4-7 hold scales and minima 0-3 in
/// their low 6 bits and the upper 2 bits of scales and minima 4-7 above them, whose low nibbles are bytes
/// 8-11.
struct GroupScales {
  std::uint8_t scales[8];
  std::uint8_t minima[8];
};

GroupScales unpack_group_scales(const std::uint8_t* packed) {
  GroupScales groups;
  for (int i = 0; i < 4; ++i) {
    groups.scales[i] = packed[i] & 63;
    groups.minima[i] = packed[i + 4] & 63;
    groups.scales[i + 4] = static_cast<std::uint8_t>((packed[i + 8] & 15) | ((packed[i] >> 2) & 48));
    groups.minima[i + 4] = static_cast<std::uint8_t>((packed[i + 8] >> 4) | ((packed[i + 4] >> 2) & 48));
  }
  return groups;
}

/// The sixteen signed scales of Q3_K: low nibbles in bytes 0-7 (0-7 low, 8-15 high), upper pairs in 8-11.
void unpack_q3_scales(const std::uint8_t* packed, int* scales) {
  for (int i = 0; i < 16; ++i) {
    const int low = (packed[i % 8] >> (4 * (i / 8))) & 15;
    const int high = (packed[8 + i % 4] >> (2 * (i / 4))) & 3;
    scales[i] = (low | (high << 4)) - 32;
  }
}

/// out[i] = scale * quants[i] - minimum for one group.
template <int group_size>
void scale_group(const std::uint8_t* quants, float scale, float minimum, float* out) {
  for (int i = 0; i < group_size; ++i) out[i] = scale * static_cast<float>(quants[i]) - minimum;
}

/// out[i] = scale * quants[i] for one group of 16 signed numbers.
void scale_signed_group(const std::int8_t* quants, float scale, float* out) {
  for (int i = 0; i < 16; ++i) out[i] = scale * static_cast<float>(quants[i]);
}

void scale_groups_of_32(const std::uint8_t* quants, const GroupScales& groups, float scale,
                        float minimum_scale, float* out) {
  for (std::ptrdiff_t group = 0; group < 8; ++group) {
    scale_group<32>(quants + 32 * group, scale * static_cast<float>(groups.scales[group]),
                    minimum_scale * static_cast<float>(groups.minima[group]), out + 32 * group);
  }
}

/// Numbers 64 j + i and 64 j + 32 + i share byte 32 j + i.
void unpack_nibbles(const std::uint8_t* nibbles, std::uint8_t* quants) {
  for (int j = 0; j < 4; ++j) {
    for (int i = 0; i < 32; ++i) {
      quants[64 * j + i] = nibbles[32 * j + i] & 15;
      quants[64 * j + 32 + i] = nibbles[32 * j + i] >> 4;
    }
  }
}

/// Numbers 128 j + 32 p + i, p = 0..3, share byte 32 j + i, two bits each.
void unpack_pairs(const std::uint8_t* pairs, std::uint8_t* quants) {
  for (std::ptrdiff_t row = 0; row < 8; ++row) {
    const std::uint8_t* bytes = pairs + 32 * (row / 4);
    const std::ptrdiff_t shift = 2 * (row % 4);
    for (int i = 0; i < 32; ++i) quants[32 * row + i] = static_cast<std::uint8_t>((bytes[i] >> shift) & 3);
  }
}

/// Numbers 128 j + i and 128 j + 64 + i share byte 64 j + i: the layout of Q6_K's nibbles.
void unpack_wide_nibbles(const std::uint8_t* nibbles, std::uint8_t* quants) {
  for (int j = 0; j < 2; ++j) {
    for (int i = 0; i < 64; ++i) {
      quants[128 * j + i] = nibbles[64 * j + i] & 15;
      quants[128 * j + 64 + i] = nibbles[64 * j + i] >> 4;
    }
  }
}

}  // namespace

void dequantize_q2_k(const std::byte* blocks, std::int64_t count, float* out) {
  for_each_block<BlockQ2K, block_size>(blocks, count, out, [](const BlockQ2K& block, float* values) {
    std::uint8_t quants[block_size];
    unpack_pairs(block.pairs, quants);
    const float scale = half_to_float(block.scale);
    const float minimum_scale = half_to_float(block.minimum_scale);
    for (std::ptrdiff_t group = 0; group < 16; ++group) {
      scale_group<16>(quants + 16 * group, scale * static_cast<float>(block.scales[group] & 15),
                      minimum_scale * static_cast<float>(block.scales[group] >> 4), values + 16 * group);
    }
  });
}

void dequantize_q3_k(const std::byte* blocks, std::int64_t count, float* out) {
  for_each_block<BlockQ3K, block_size>(blocks, count, out, [](const BlockQ3K& block, float* values) {
    std::uint8_t pairs[block_size];
    std::int8_t quants[block_size];
    int scales[16];
    unpack_pairs(block.pairs, pairs);
    unpack_q3_scales(block.scales, scales);
    for (int row = 0; row < 8; ++row) {
      for (int i = 0; i < 32; ++i) {
        const int high_bit = (block.high_bits[i] >> row) & 1;
        quants[32 * row + i] = static_cast<std::int8_t>(pairs[32 * row + i] - 4 * (high_bit ^ 1));
      }
    }
    const float scale = half_to_float(block.scale);
    for (std::ptrdiff_t group = 0; group < 16; ++group) {
      scale_signed_group(quants + 16 * group, scale * static_cast<float>(scales[group]), values + 16 * group);
    }
  });
}

void dequantize_q4_k(const std::byte* blocks, std::int64_t count, float* out) {
  for_each_block<BlockQ4K, block_size>(blocks, count, out, [](const BlockQ4K& block, float* values) {
    std::uint8_t quants[block_size];
    unpack_nibbles(block.nibbles, quants);
    scale_groups_of_32(quants, unpack_group_scales(block.scales), half_to_float(block.scale),
                       half_to_float(block.minimum_scale), values);
  });
}

void dequantize_q5_k(const std::byte* blocks, std::int64_t count, float* out) {
  for_each_block<BlockQ5K, block_size>(blocks, count, out, [](const BlockQ5K& block, float* values) {
    std::uint8_t quants[block_size];
    unpack_nibbles(block.nibbles, quants);
    for (int row = 0; row < 8; ++row) {
      for (int i = 0; i < 32; ++i) {
        const int fifth_bit = (block.fifth_bits[i] >> row) & 1;
        quants[32 * row + i] = static_cast<std::uint8_t>(quants[32 * row + i] | (fifth_bit << 4));
      }
    }
    scale_groups_of_32(quants, unpack_group_scales(block.scales), half_to_float(block.scale),
                       half_to_float(block.minimum_scale), values);
  });
}

void dequantize_q6_k(const std::byte* blocks, std::int64_t count, float* out) {
  for_each_block<BlockQ6K, block_size>(blocks, count, out, [](const BlockQ6K& block, float* values) {
    std::uint8_t nibbles[block_size];
    std::uint8_t high_pairs[block_size];
    std::int8_t quants[block_size];
    unpack_wide_nibbles(block.nibbles, nibbles);
    unpack_pairs(block.high_pairs, high_pairs);
    for (int i = 0; i < block_size; ++i) {
      quants[i] = static_cast<std::int8_t>((nibbles[i] | (high_pairs[i] << 4)) - 32);
    }
    const float scale = half_to_float(block.scale);
    for (std::ptrdiff_t group = 0; group < 16; ++group) {
      scale_signed_group(quants + 16 * group, scale * static_cast<float>(block.scales[group]),
                         values + 16 * group);
    }
  });
}

}  // namespace phasescope::formats
