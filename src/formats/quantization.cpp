#include "phasescope/formats/quantization.h"

#include "block_kernels.h"

#include <array>
#include <cstring>

#include "phasescope/base/error.h"
#include "phasescope/formats/half.h"

namespace phasescope::formats {
namespace {

void copy_floats(const std::byte* numbers, std::int64_t count, float* out) {
  std::memcpy(out, numbers, static_cast<std::size_t>(count) * sizeof(float));
}

/// Takes a number of blocks, which for the plain types is the number of elements.
using BlockKernel = void (*)(const std::byte* blocks, std::int64_t count, float* out);

struct TypeTraits {
  QuantizationType type;
  const char* name;
  QuantizationBlock block;
  BlockKernel kernel;
};

constexpr std::array<TypeTraits, 13> supported_types{{
    {QuantizationType::f32, "F32", {1, 4}, copy_floats},
    {QuantizationType::f16, "F16", {1, 2}, halves_to_floats},
    {QuantizationType::bf16, "BF16", {1, 2}, bfloat16s_to_floats},
    {QuantizationType::q8_0, "Q8_0", {32, 34}, dequantize_q8_0},
    {QuantizationType::q4_0, "Q4_0", {32, 18}, dequantize_q4_0},
    {QuantizationType::q4_1, "Q4_1", {32, 20}, dequantize_q4_1},
    {QuantizationType::q5_0, "Q5_0", {32, 22}, dequantize_q5_0},
    {QuantizationType::q5_1, "Q5_1", {32, 24}, dequantize_q5_1},
    {QuantizationType::q2_k, "Q2_K", {256, 84}, dequantize_q2_k},
    {QuantizationType::q3_k, "Q3_K", {256, 110}, dequantize_q3_k},
    {QuantizationType::q4_k, "Q4_K", {256, 144}, dequantize_q4_k},
    {QuantizationType::q5_k, "Q5_K", {256, 176}, dequantize_q5_k},
    {QuantizationType::q6_k, "Q6_K", {256, 210}, dequantize_q6_k},
}};

struct NumberedName {
  std::uint32_t number;
  const char* name;
};

/// Types that occur in files but cannot be read here; named so that an error can say which one it was.
constexpr std::array<NumberedName, 21> unsupported_types{{
    {9, "Q8_1"},    {15, "Q8_K"},  {16, "IQ2_XXS"}, {17, "IQ2_XS"}, {18, "IQ3_XXS"}, {19, "IQ1_S"},
    {20, "IQ4_NL"}, {21, "IQ3_S"}, {22, "IQ2_S"},   {23, "IQ4_XS"}, {24, "I8"},      {25, "I16"},
    {26, "I32"},    {27, "I64"},   {28, "F64"},     {29, "IQ1_M"},  {34, "TQ1_0"},   {35, "TQ2_0"},
    {39, "MXFP4"},  {40, "NVFP4"}, {41, "Q1_0"},
}};

const TypeTraits* find_traits(std::uint32_t number) {
  for (const TypeTraits& traits : supported_types) {
    if (static_cast<std::uint32_t>(traits.type) == number) return &traits;
  }
  return nullptr;
}

const TypeTraits& traits_of(QuantizationType type) {
  const TypeTraits* traits = find_traits(static_cast<std::uint32_t>(type));
  if (traits == nullptr) throw Error(ExitClass::internal, quantization_name(type) + " is no readable type");
  return *traits;
}

}  // namespace

std::optional<QuantizationType> quantization_type(std::uint32_t number) {
  if (find_traits(number) == nullptr) return std::nullopt;
  return static_cast<QuantizationType>(number);
}

std::string quantization_name(std::uint32_t number) {
  if (const TypeTraits* traits = find_traits(number)) return traits->name;
  for (const NumberedName& known : unsupported_types) {
    if (known.number == number) return known.name;
  }
  return "type " + std::to_string(number);
}

std::string quantization_name(QuantizationType type) {
  return quantization_name(static_cast<std::uint32_t>(type));
}

std::string supported_quantizations() {
  std::string names;
  for (const TypeTraits& traits : supported_types) {
    if (!names.empty()) names += ", ";
    names += traits.name;
  }
  return names;
}

QuantizationBlock quantization_block(QuantizationType type) {
  return traits_of(type).block;
}

void dequantize(QuantizationType type, const std::byte* blocks, std::int64_t elements, float* out) {
  const TypeTraits& traits = traits_of(type);
  if (elements < 0 || elements % traits.block.elements != 0) {
    throw Error(ExitClass::internal,
                std::to_string(elements) + " elements are no whole number of " + traits.name + " blocks");
  }
  traits.kernel(blocks, elements / traits.block.elements, out);
}

}  // namespace phasescope::formats
