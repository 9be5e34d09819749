#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace phasescope::formats {

/// Calls `decode(block, values)` for each of `count` blocks, where `values` are the `block_size` numbers to
/// write. A block is copied first, because in a file it may lie at any alignment.
template <class Block, int block_size, class Decode>
void for_each_block(const std::byte* blocks, std::int64_t count, float* out, Decode decode) {
  for (std::int64_t i = 0; i < count; ++i) {
    Block block;
    std::memcpy(&block, blocks + i * static_cast<std::int64_t>(sizeof block), sizeof block);
    decode(block, out + i * block_size);
  }
}

// Each writes the float32 values of `count` consecutive blocks of its type: 32 values a block for the types
// with a digit after the underscore, 256 for the K types. Layouts: ggml's block_q* structures, little endian.

void dequantize_q8_0(const std::byte* blocks, std::int64_t count, float* out);
void dequantize_q4_0(const std::byte* blocks, std::int64_t count, float* out);
void dequantize_q4_1(const std::byte* blocks, std::int64_t count, float* out);
void dequantize_q5_0(const std::byte* blocks, std::int64_t count, float* out);
void dequantize_q5_1(const std::byte* blocks, std::int64_t count, float* out);

void dequantize_q2_k(const std::byte* blocks, std::int64_t count, float* out);
void dequantize_q3_k(const std::byte* blocks, std::int64_t count, float* out);
void dequantize_q4_k(const std::byte* blocks, std::int64_t count, float* out);
void dequantize_q5_k(const std::byte* blocks, std::int64_t count, float* out);
void dequantize_q6_k(const std::byte* blocks, std::int64_t count, float* out);

}  // namespace phasescope::formats
