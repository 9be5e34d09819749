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

/// Writes value(low nibble of i) as number i and value(high nibble of i) as number i + 16. Straight from
/// nibbles to floats: passing through an array of bytes stalls on its reload and takes four times as long.
template <class Value>
void write_nibbles(const std::uint8_t* nibbles, float* out, Value value) {
  for (int i = 0; i < half_block; ++i) out[i] = value(i, nibbles[i] & 15);
  for (int i = 0; i < half_block; ++i) out[i + half_block] = value(i + half_block, nibbles[i] >> 4);
}

std::uint32_t load_word(const std::uint8_t* bytes) {
  std::uint32_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

/// A nibble with bit `i` of `fifth_bits` on top.
int with_fifth_bit(std::uint32_t fifth_bits, int i, int nibble) {
  return nibble | static_cast<int>(((fifth_bits >> i) & 1U) << 4);
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
    const float scale = half_to_float(block.scale);
    write_nibbles(block.nibbles, values,
                  [scale](int, int nibble) { return scale * static_cast<float>(nibble - 8); });
  });
}

void dequantize_q4_1(const std::byte* blocks, std::int64_t count, float* out) {
  for_each_block<BlockQ4_1, block_size>(blocks, count, out, [](const BlockQ4_1& block, float* values) {
    const float scale = half_to_float(block.scale);
    const float minimum = half_to_float(block.minimum);
    write_nibbles(block.nibbles, values,
                  [scale, minimum](int, int nibble) { return scale * static_cast<float>(nibble) + minimum; });
  });
}

void dequantize_q5_0(const std::byte* blocks, std::int64_t count, float* out) {
  for_each_block<BlockQ5_0, block_size>(blocks, count, out, [](const BlockQ5_0& block, float* values) {
    const float scale = half_to_float(block.scale);
    const std::uint32_t bits = load_word(block.fifth_bits);
    write_nibbles(block.nibbles, values, [scale, bits](int i, int nibble) {
      return scale * static_cast<float>(with_fifth_bit(bits, i, nibble) - 16);
    });
  });
}

void dequantize_q5_1(const std::byte* blocks, std::int64_t count, float* out) {
  for_each_block<BlockQ5_1, block_size>(blocks, count, out, [](const BlockQ5_1& block, float* values) {
    const float scale = half_to_float(block.scale);
    const float minimum = half_to_float(block.minimum);
    const std::uint32_t bits = load_word(block.fifth_bits);
    write_nibbles(block.nibbles, values, [scale, minimum, bits](int i, int nibble) {
      return scale * static_cast<float>(with_fifth_bit(bits, i, nibble)) + minimum;
    });
  });
}

}  // namespace phasescope::formats
