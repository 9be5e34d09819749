// Products on the bfloat16 tile unit. Source of what is expected: sums of float64 products, of which float32
// keeps 2^-24 for each rounding.
#include "split_product.h"

#include "random_matrix.h"

#include <cmath>
#include <cstring>
#include <utility>

#include <gtest/gtest.h>

#include "phasescope/base/threads.h"

namespace phasescope::model {
namespace {

using testing::OwnedMatrix;

/// The number without its last bits, so that it is the sum of `terms` bfloat16 numbers.
float with_terms(float value, int terms) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  bits &= terms == 1 ? 0xFFFF0000U : 0xFFFFFF00U;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

OwnedMatrix weights_with_terms(std::int64_t outputs, std::int64_t inputs, int terms) {
  OwnedMatrix weights = OwnedMatrix::random(outputs, inputs, 17);
  for (std::int64_t r = 0; r < outputs; ++r)
    for (std::int64_t c = 0; c < inputs; ++c) weights.at(r, c) = with_terms(weights.at(r, c), terms);
  return weights;
}

WeightSource source_of(const OwnedMatrix& weights) {
  WeightSource source;
  source.outputs = weights.rows();
  source.inputs = weights.columns();
  source.convert = [&weights](std::int64_t first, std::int64_t count, float* out) {
    for (std::int64_t r = 0; r < count; ++r)
      std::copy_n(weights.view().row(first + r), weights.columns(), out + r * weights.columns());
  };
  return source;
}

/// The product of float32 rows.
void multiply(const SplitWeights& weights, ConstMatrix x, const float* bias, Matrix y) {
  SplitRows terms;
  terms.assign(x);
  weights.multiply(terms, bias, y);
}

void expect_product(const OwnedMatrix& x, const OwnedMatrix& weights, const float* bias,
                    const OwnedMatrix& y) {
  for (std::int64_t r = 0; r < x.rows(); ++r) {
    for (std::int64_t n = 0; n < weights.rows(); ++n) {
      double expected = bias == nullptr ? 0 : static_cast<double>(bias[n]);
      double magnitude = std::abs(expected);
      for (std::int64_t k = 0; k < x.columns(); ++k) {
        expected += x.at(r, k) * weights.at(n, k);
        magnitude += std::abs(x.at(r, k) * weights.at(n, k));
      }
      // A few roundings of float32 of sums as large as all their parts together.
      ASSERT_NEAR(y.at(r, n), expected, 3e-7 * magnitude) << "row " << r << " output " << n;
    }
  }
}

class SplitProductTest : public ::testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    if (!TileUnit::available()) GTEST_SKIP() << "this processor has no bfloat16 tile unit";
  }
};

/// Whole tiles, and numbers of rows, inputs and outputs that are none.
TEST_P(SplitProductTest, AgreesWithSumsInFloat64) {
  for (const auto& [rows, inputs, outputs] :
       {std::tuple{32, 64, 64}, {1, 32, 32}, {16, 33, 31}, {17, 7, 5}, {24, 576, 96}, {70, 130, 45}}) {
    const OwnedMatrix x = OwnedMatrix::random(rows, inputs, 3, 2, 5);
    const OwnedMatrix weights = weights_with_terms(outputs, inputs, GetParam());
    const OwnedMatrix bias = OwnedMatrix::random(1, outputs, 9);
    const auto packed = SplitWeights::pack(source_of(weights));
    ASSERT_TRUE(packed.has_value());
    OwnedMatrix y(rows, outputs, 3, -1);
    multiply(*packed, x.view(), nullptr, y.view());
    expect_product(x, weights, nullptr, y);
    multiply(*packed, x.view(), bias.view().data, y.view());
    expect_product(x, weights, bias.view().data, y);
    for (std::int64_t r = 0; r < rows; ++r) EXPECT_EQ(std::as_const(y).view().row(r)[outputs], -1);
  }
}

/// Activations of very different sizes in one row, as states have them.
TEST_P(SplitProductTest, LargeAndSmallActivationsTogether) {
  OwnedMatrix x = OwnedMatrix::random(20, 256, 4);
  for (std::int64_t r = 0; r < 20; ++r) {
    for (std::int64_t c = 0; c < 256; ++c) x.at(r, c) *= std::ldexp(1.0F, static_cast<int>(c % 40) - 20);
  }
  const OwnedMatrix weights = weights_with_terms(40, 256, GetParam());
  OwnedMatrix y(20, 40);
  multiply(*SplitWeights::pack(source_of(weights)), x.view(), nullptr, y.view());
  expect_product(x, weights, nullptr, y);
}

TEST_P(SplitProductTest, RowsDoNotDependOnTheirNeighboursOrOnThreads) {
  const OwnedMatrix x = OwnedMatrix::random(50, 200, 6);
  const OwnedMatrix weights = weights_with_terms(70, 200, GetParam());
  const auto packed = SplitWeights::pack(source_of(weights));
  OwnedMatrix together(50, 70), alone(1, 70), on_one_thread(50, 70);
  multiply(*packed, x.view(), nullptr, together.view());
  for (std::int64_t r = 0; r < 50; ++r) {
    multiply(*packed, x.view().slice(r, 1), nullptr, alone.view());
    for (std::int64_t c = 0; c < 70; ++c)
      ASSERT_EQ(std::as_const(alone).at(0, c), std::as_const(together).at(r, c));
  }
  const ThreadLimit limit(1);
  multiply(*packed, x.view(), nullptr, on_one_thread.view());
  for (std::int64_t r = 0; r < 50; ++r)
    for (std::int64_t c = 0; c < 70; ++c)
      ASSERT_EQ(std::as_const(on_one_thread).at(r, c), std::as_const(together).at(r, c));
}

TEST_P(SplitProductTest, TakesTwoBytesAWeightForEachTerm) {
  const OwnedMatrix weights = weights_with_terms(64, 96, GetParam());
  EXPECT_EQ(SplitWeights::pack(source_of(weights))->bytes(),
            64U * 96U * 2U * static_cast<unsigned>(GetParam()));
}

/// To the bit what the whole product has there.
TEST_P(SplitProductTest, APartIsThatOfTheWhole) {
  const OwnedMatrix x = OwnedMatrix::random(75, 100, 5);
  const OwnedMatrix weights = weights_with_terms(140, 100, GetParam());
  const OwnedMatrix bias = OwnedMatrix::random(1, 140, 9);
  const auto packed = SplitWeights::pack(source_of(weights));
  SplitRows terms;
  terms.assign(x.view());
  OwnedMatrix whole(75, 140), part(43, 76, 5, -1);
  packed->multiply(terms, bias.view().data, whole.view());
  packed->multiply_part(terms, 32, 64, bias.view().data, part.view());
  for (std::int64_t r = 0; r < 43; ++r) {
    for (std::int64_t c = 0; c < 76; ++c)
      ASSERT_EQ(std::as_const(part).at(r, c), std::as_const(whole).at(32 + r, 64 + c)) << r << " " << c;
    EXPECT_EQ(std::as_const(part).view().row(r)[76], -1);
  }
}

/// To the bit what gating the whole product gives, as the input of the next product.
TEST_P(SplitProductTest, GatesHalvesOnTheWay) {
  const OwnedMatrix weights = weights_with_terms(128, 100, GetParam());
  const OwnedMatrix next = weights_with_terms(40, 64, GetParam());
  const OwnedMatrix bias = OwnedMatrix::random(1, 128, 9);
  const auto packed = SplitWeights::pack(source_of(weights));
  const auto packed_next = SplitWeights::pack(source_of(next));
  ASSERT_TRUE(packed->has_halves());
  EXPECT_FALSE(packed_next->has_halves());
  for (const std::int64_t rows : {1, 24, 75}) {
    const OwnedMatrix x = OwnedMatrix::random(rows, 100, 5);
    OwnedMatrix both(rows, 128), gated(rows, 64), expected(rows, 40), y(rows, 40);
    multiply(*packed, x.view(), bias.view().data, both.view());
    for (std::int64_t r = 0; r < rows; ++r)
      for (std::int64_t c = 0; c < 64; ++c)
        gated.at(r, c) = both.at(r, c) * both.at(r, c) + both.at(r, 64 + c);
    multiply(*packed_next, gated.view(), nullptr, expected.view());
    SplitRows terms, gated_terms;
    terms.assign(x.view());
    const auto gate = [](float* g, const float* u, std::int64_t count) {
      for (std::int64_t i = 0; i < count; ++i) g[i] = g[i] * g[i] + u[i];
    };
    EXPECT_GE(packed->multiply_gated(terms, bias.view().data, gate, gated_terms), 0);
    packed_next->multiply(gated_terms, nullptr, y.view());
    for (std::int64_t r = 0; r < rows; ++r)
      for (std::int64_t c = 0; c < 40; ++c)
        ASSERT_EQ(std::as_const(y).at(r, c), std::as_const(expected).at(r, c)) << r << " " << c;
  }
}

/// A row written piece by piece, with other numbers before it in the same memory.
TEST(SplitRows, PiecesOfARowAreTheRow) {
  if (!TileUnit::available()) GTEST_SKIP() << "this processor has no bfloat16 tile unit";
  const OwnedMatrix x = OwnedMatrix::random(3, 70, 5);
  SplitRows whole, pieces;
  pieces.assign(OwnedMatrix::random(40, 96, 6).view());
  whole.assign(x.view());
  pieces.resize(3, 70);
  for (std::int64_t r = 0; r < 3; ++r) {
    pieces.put(r, 64, x.view().row(r) + 64, 6);
    pieces.put(r, 0, x.view().row(r), 48);
    pieces.put(r, 48, x.view().row(r) + 48, 16);
  }
  for (std::int64_t block = 0; block < 3 * kInputTerms; ++block) {
    for (std::int64_t i = 0; i < 3 * kDepth; ++i)
      ASSERT_EQ(pieces.tile(0)[block * kTile + i], whole.tile(0)[block * kTile + i]) << block << " " << i;
  }
}

/// A matrix keeps the terms of the weight that needs most.
TEST(SplitProduct, OneWeightOfTwoTermsAmongOthersOfOne) {
  if (!TileUnit::available()) GTEST_SKIP() << "this processor has no bfloat16 tile unit";
  OwnedMatrix weights = weights_with_terms(100, 64, 1);
  weights.at(99, 63) = 1.0F + 0x1p-12F;
  const OwnedMatrix x = OwnedMatrix::random(5, 64, 3);
  OwnedMatrix y(5, 100);
  multiply(*SplitWeights::pack(source_of(weights)), x.view(), nullptr, y.view());
  expect_product(x, weights, nullptr, y);
}

INSTANTIATE_TEST_SUITE_P(Terms, SplitProductTest, ::testing::Values(1, 2));

TEST(SplitProduct, RefusesWeightsThatNeedThreeTerms) {
  if (!TileUnit::available()) GTEST_SKIP() << "this processor has no bfloat16 tile unit";
  OwnedMatrix weights = weights_with_terms(100, 64, 2);
  EXPECT_TRUE(SplitWeights::pack(source_of(weights)).has_value());
  weights.at(99, 63) = 1.0F / 3.0F;  // ones and zeros alternate in all of its 24 significant bits
  EXPECT_FALSE(SplitWeights::pack(source_of(weights)).has_value());
}

}  // namespace
}  // namespace phasescope::model
