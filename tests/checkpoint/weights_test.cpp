// Weights as the model wants them from weights as files keep them. Expected numbers are written out by hand.
#include "phasescope/checkpoint/weights.h"

#include <cstring>

#include <gtest/gtest.h>

namespace phasescope::checkpoint {
namespace {

using formats::QuantizationType;

/// 3 rows of 2: 1 2 / 3 4 / 5 6.
const std::vector<float> kStored = {1, 2, 3, 4, 5, 6};

template <class Element>
Weight weight_of(const std::vector<Element>& stored, QuantizationType type, std::int64_t rows,
                 std::int64_t columns) {
  return {"w", type, reinterpret_cast<const std::byte*>(stored.data()), rows, columns, false, {}};
}

std::vector<float> rows_of(const Weight& weight, std::int64_t first, std::int64_t count) {
  std::vector<float> out(static_cast<std::size_t>(count * weight.columns()), -1);
  convert_rows(weight, first, count, out.data());
  return out;
}

std::vector<float> all_of(const Weight& weight) {
  return rows_of(weight, 0, weight.rows());
}

TEST(Weights, AsStored) {
  const Weight weight = weight_of(kStored, QuantizationType::f32, 3, 2);
  EXPECT_TRUE(weight.is_plain_float32());
  EXPECT_EQ(weight.rows(), 3);
  EXPECT_EQ(weight.columns(), 2);
  EXPECT_EQ(weight.stored_bytes(), 24U);
  EXPECT_EQ(all_of(weight), kStored);
  EXPECT_EQ(rows_of(weight, 1, 2), (std::vector<float>{3, 4, 5, 6}));
  EXPECT_FALSE(Weight{});
}

TEST(Weights, OfHalfPrecision) {
  const std::vector<std::uint16_t> half = {0x3C00, 0xC000, 0x3555, 0x0001};  // 1, -2, 0.33325195, 2^-24
  EXPECT_EQ(all_of(weight_of(half, QuantizationType::f16, 2, 2)),
            (std::vector<float>{1, -2, 0.333251953125F, 0x1p-24F}));
  const std::vector<std::uint16_t> brain = {0x3F80, 0xC000, 0x3EAB, 0x0001};  // 1, -2, 0.33398438, 2^-133
  const Weight weight = weight_of(brain, QuantizationType::bf16, 2, 2);
  EXPECT_EQ(all_of(weight), (std::vector<float>{1, -2, 0.333984375F, 0x1p-133F}));
  EXPECT_FALSE(weight.is_plain_float32());
}

/// Matrices stored [in, out], as GPT-2's are.
TEST(Weights, Transposed) {
  Weight weight = weight_of(kStored, QuantizationType::f32, 3, 2);
  weight.transposed = true;
  EXPECT_FALSE(weight.is_plain_float32());
  EXPECT_EQ(weight.rows(), 2);
  EXPECT_EQ(weight.columns(), 3);
  EXPECT_EQ(all_of(weight), (std::vector<float>{1, 3, 5, 2, 4, 6}));
  EXPECT_EQ(rows_of(weight, 1, 1), (std::vector<float>{2, 4, 6}));
}

/// A part of a fused matrix, or rows in another order.
TEST(Weights, ChosenRows) {
  Weight weight = weight_of(kStored, QuantizationType::f32, 3, 2);
  weight.row_of = {2, 0};
  EXPECT_EQ(weight.rows(), 2);
  EXPECT_EQ(all_of(weight), (std::vector<float>{5, 6, 1, 2}));
  EXPECT_EQ(rows_of(weight, 1, 1), (std::vector<float>{1, 2}));
  EXPECT_EQ(weight.stored_bytes(), 16U);
  weight.transposed = true;
  weight.row_of = {1};
  EXPECT_EQ(weight.rows(), 1);
  EXPECT_EQ(all_of(weight), (std::vector<float>{2, 4, 6}));
}

/// A block of Q8_0: a half-precision scale, then 32 signed bytes.
std::string q8_block(std::uint16_t scale, std::int8_t first) {
  std::string block(34, '\0');
  std::memcpy(block.data(), &scale, sizeof scale);
  for (std::size_t i = 0; i < 32; ++i) block[2 + i] = static_cast<char>(first + static_cast<int>(i));
  return block;
}

TEST(Weights, ChosenRowsOfBlocks) {
  const std::string stored =
      q8_block(0x3C00, 0) + q8_block(0x4000, -5) + q8_block(0x3800, 10);  // times 1, 2, 0.5
  Weight weight{
      "w", QuantizationType::q8_0, reinterpret_cast<const std::byte*>(stored.data()), 3, 32, false, {2, 1}};
  const std::vector<float> rows = all_of(weight);
  for (std::size_t i = 0; i < 32; ++i) {
    EXPECT_EQ(rows[i], 0.5F * static_cast<float>(10 + i));
    EXPECT_EQ(rows[32 + i], 2.0F * (static_cast<float>(i) - 5));
  }
  EXPECT_EQ(weight.stored_bytes(), 68U);
}

/// Bytes in a file need not lie where a float may.
TEST(Weights, AtOddAddresses) {
  std::vector<std::byte> bytes(1 + sizeof(float) * kStored.size());
  std::memcpy(bytes.data() + 1, kStored.data(), sizeof(float) * kStored.size());
  const Weight weight{"w", QuantizationType::f32, bytes.data() + 1, 3, 2, false, {}};
  EXPECT_FALSE(weight.is_plain_float32());
  EXPECT_EQ(all_of(weight), kStored);
}

}  // namespace
}  // namespace phasescope::checkpoint
