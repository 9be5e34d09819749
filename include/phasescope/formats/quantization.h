#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace phasescope::formats {

/// How a GGUF tensor's numbers are stored; the values are those in the file (ggml's `ggml_type`).
enum class QuantizationType : std::uint32_t {
  f32 = 0,
  f16 = 1,
  q4_0 = 2,
  q4_1 = 3,
  q5_0 = 6,
  q5_1 = 7,
  q8_0 = 8,
  q2_k = 10,
  q3_k = 11,
  q4_k = 12,
  q5_k = 13,
  q6_k = 14,
  bf16 = 30,
};

/// Numbers are stored in blocks: `elements` of them in `bytes` bytes (1 in 2 for F16, 256 in 144 for Q4_K).
struct QuantizationBlock {
  std::int64_t elements;
  std::int64_t bytes;
};

/// The type with this number in a file, or nothing when phasescope cannot read it.
std::optional<QuantizationType> quantization_type(std::uint32_t number);

/// ggml's name of a type, also of those that cannot be read ("IQ4_XS"); an unknown number is "type 99".
std::string quantization_name(std::uint32_t number);
std::string quantization_name(QuantizationType type);

/// The names of all types that can be read, separated by commas, for messages.
std::string supported_quantizations();

QuantizationBlock quantization_block(QuantizationType type);

/// Writes the float32 values of `elements` numbers (a multiple of the block's, else an internal error) that
/// are stored in consecutive blocks, with any alignment. The arithmetic is float32 in the order of the
/// reference, `gguf.quants` of the Python package gguf 0.19, and equals it bit for bit on finite scales.
/// Blocks are independent: callers may give ranges of them to threads.
void dequantize(QuantizationType type, const std::byte* blocks, std::int64_t elements, float* out);

}  // namespace phasescope::formats
