#include "block_kernels.h"

#include <cstring>

#include "phasescope/formats/half.h"

// Blocks of 32 numbers with one half-precision scale, some with a half-precision minimum. Their structures
// have no padding: every member is bytes or a pair of bytes at an even offset, except the bit plane of the
// 5-bit types, which is kept as bytes for that reason.
namespace phasescope::formats {
namespace {

constexpr int block_size = 32;
constexpr int half_block = block_size / 2;

struct BlockQ8_0 {
  std::uint16_t scale;
  std::int8_t quants[block_size];
};
static_assert(sizeof(BlockQ8_0) == 34);

struct BlockQ4_0 {
  std::uint16_t scale;
  std::uint8_t nibbles[half_block];  // low nibble: numbers 0-15, high nibble: 16-31
};
static_assert(sizeof(BlockQ4_0) == 18);

struct BlockQ4_1 {
  std::uint16_t scale;
  std::uint16_t minimum;
  std::uint8_t nibbles[half_block];
};
static_assert(sizeof(BlockQ4_1) == 20);

struct BlockQ5_0 {
  std::uint16_t scale;
  std::uint8_t fifth_bits[4];  // bit i of the little-endian word: bit 4 of number i
  std::uint8_t nibbles[half_block];
};
static_assert(sizeof(BlockQ5_0) == 22);

struct BlockQ5_1 {
  std::uint16_t scale;
  std::uint16_t minimum;
  std::uint8_t fifth_bits[4];
  std::uint8_t nibbles[half_block];
};
static_assert(sizeof(BlockQ5_1) == 24);

void unpack_nibbles(const std::uint8_t* nibbles, std::uint8_t* quants) {
  for (int i = 0; i < half_block; ++i) {
    quants[i] = nibbles[i] & 15;
    quants[i + half_block] = nibbles[i] >> 4;
  }
}

void add_fifth_bits(const std::uint8_t* fifth_bits, std::uint8_t* quants) {
  std::uint32_t word = 0;
  std::memcpy(&word, fifth_bits, sizeof word);
  for (int i = 0; i < block_size; ++i) {
    quants[i] = static_cast<std::uint8_t>(quants[i] | (((word >> i) & 1U) << 4));
  }
}

void scale_centred(const std::uint8_t* quants, int centre, float scale, float* out) {
  for (int i = 0; i < block_size; ++i) out[i] = scale * static_cast<float>(quants[i] - centre);
}

void scale_from_minimum(const std::uint8_t* quants, float scale, float minimum, float* out) {
  for (int i = 0; i < block_size; ++i) out[i] = scale * static_cast<float>(quants[i]) + minimum;
}

}  // namespace

void dequantize_q8_0(const std::byte* blocks, std::int64_t count, float* out) {
  for_each_block<BlockQ8_0, block_size>(blocks, count, out, [](const BlockQ8_0& block, float* values) {
    const float scale = half_to_float(block.scale);
    for (int i = 0; i < block_size; ++i) values[i] = static_cast<float>(block.quants[i]) * scale;
  });
}

void dequantize_q4_0(const std::byte* blocks, std::int64_t count, float* out) {
  for_each_block<BlockQ4_0, block_size>(blocks, count, out, [](const BlockQ4_0& block, float* values) {
    std::uint8_t quants[block_size];
    unpack_nibbles(block.nibbles, quants);
    scale_centred(quants, 8, half_to_float(block.scale), values);
  });
}

void dequantize_q4_1(const std::byte* blocks, std::int64_t count, float* out) {
  for_each_block<BlockQ4_1, block_size>(blocks, count, out, [](const BlockQ4_1& block, float* values) {
    std::uint8_t quants[block_size];
    unpack_nibbles(block.nibbles, quants);
    scale_from_minimum(quants, half_to_float(block.scale), half_to_float(block.minimum), values);
  });
}

void dequantize_q5_0(const std::byte* blocks, std::int64_t count, float* out) {
  for_each_block<BlockQ5_0, block_size>(blocks, count, out, [](const BlockQ5_0& block, float* values) {
    std::uint8_t quants[block_size];
    unpack_nibbles(block.nibbles, quants);
    add_fifth_bits(block.fifth_bits, quants);
    scale_centred(quants, 16, half_to_float(block.scale), values);
  });
}

void dequantize_q5_1(const std::byte* blocks, std::int64_t count, float* out) {
  for_each_block<BlockQ5_1, block_size>(blocks, count, out, [](const BlockQ5_1& block, float* values) {
    std::uint8_t quants[block_size];
    unpack_nibbles(block.nibbles, quants);
    add_fifth_bits(block.fifth_bits, quants);
    scale_from_minimum(quants, half_to_float(block.scale), half_to_float(block.minimum), values);
  });
}

}  // namespace phasescope::formats
