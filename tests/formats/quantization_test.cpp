#include "phasescope/formats/quantization.h"

#include "../places.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "phasescope/base/error.h"
#include "phasescope/base/files.h"
#include "phasescope/formats/half.h"

namespace phasescope::formats {
namespace {

std::string fixture(const std::string& name) {
  return read_text_file(test_data() / "gguf" / name);
}

/// Source of the expected numbers: gguf.quants.dequantize of the Python package gguf 0.19, by
/// scripts/gguf-fixtures. Equal in every bit, so also in the sign of zero.
class EveryType : public ::testing::TestWithParam<QuantizationType> {
 protected:
  void SetUp() override {
    std::string name = quantization_name(GetParam());
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    blocks = fixture(name + ".blocks");
    const std::string raw = fixture(name + ".f32");
    expected.resize(raw.size() / sizeof(float));
    std::memcpy(expected.data(), raw.data(), raw.size());
  }

  std::string blocks;
  std::vector<float> expected;
};

void expect_same_bits(const std::vector<float>& actual, const std::vector<float>& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ASSERT_EQ(bits_of_float(actual[i]), bits_of_float(expected[i])) << "number " << i;
  }
}

TEST_P(EveryType, HasTheReferencesBlockSize) {
  const QuantizationBlock block = quantization_block(GetParam());
  EXPECT_EQ(static_cast<std::int64_t>(blocks.size()) * block.elements,
            static_cast<std::int64_t>(expected.size()) * block.bytes);
}

TEST_P(EveryType, EqualsTheReferenceInEveryBit) {
  std::vector<float> out(expected.size());
  dequantize(GetParam(), reinterpret_cast<const std::byte*>(blocks.data()),
             static_cast<std::int64_t>(out.size()), out.data());
  expect_same_bits(out, expected);
}

TEST_P(EveryType, DoesNotDependOnAlignmentOrOnTheSplitIntoRanges) {
  const QuantizationBlock block = quantization_block(GetParam());
  const std::string shifted = "x" + blocks;
  const auto* data = reinterpret_cast<const std::byte*>(shifted.data() + 1);
  std::vector<float> out(expected.size());
  const auto count = static_cast<std::int64_t>(out.size()) / block.elements;
  for (std::int64_t i = 0; i < count; ++i) {
    dequantize(GetParam(), data + i * block.bytes, block.elements, out.data() + i * block.elements);
  }
  expect_same_bits(out, expected);
}

INSTANTIATE_TEST_SUITE_P(Quantization, EveryType,
                         ::testing::Values(QuantizationType::f32, QuantizationType::f16,
                                           QuantizationType::bf16, QuantizationType::q8_0,
                                           QuantizationType::q4_0, QuantizationType::q4_1,
                                           QuantizationType::q5_0, QuantizationType::q5_1,
                                           QuantizationType::q2_k, QuantizationType::q3_k,
                                           QuantizationType::q4_k, QuantizationType::q5_k,
                                           QuantizationType::q6_k),
                         [](const auto& test) { return quantization_name(test.param); });

TEST(Quantization, NamesTypesThatItCannotRead) {
  EXPECT_EQ(quantization_type(23), std::nullopt);
  EXPECT_EQ(quantization_name(23), "IQ4_XS");
  EXPECT_EQ(quantization_name(99), "type 99");
  EXPECT_EQ(quantization_type(12), QuantizationType::q4_k);
  EXPECT_THAT(supported_quantizations(), ::testing::HasSubstr("Q5_1, Q2_K"));
}

TEST(Quantization, RefusesPartsOfBlocks) {
  const std::byte block[34] = {};
  float out[32] = {};
  EXPECT_THROW(dequantize(QuantizationType::q8_0, block, 31, out), Error);
}

}  // namespace
}  // namespace phasescope::formats
