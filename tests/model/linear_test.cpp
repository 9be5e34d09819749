// The ways of computing a product, against sums of float64 products: of the operands, or of their nearest
// bfloat16 numbers as c10::BFloat16's definition has them (the upper half of the bits, rounded, ties to
// even).
#include "linear.h"

#include "random_matrix.h"

#include <cmath>
#include <tuple>
#include <utility>

#include <gtest/gtest.h>

#include "phasescope/base/error.h"

namespace phasescope::model {
namespace {

using testing::OwnedMatrix;

WeightSource source_of(const OwnedMatrix& weights, bool plain) {
  WeightSource source;
  source.outputs = weights.rows();
  source.inputs = weights.columns();
  if (plain) source.plain = weights.view().data;
  source.convert = [&weights](std::int64_t first, std::int64_t count, float* out) {
    for (std::int64_t r = 0; r < count; ++r)
      std::copy_n(weights.view().row(first + r), weights.columns(), out + r * weights.columns());
  };
  return source;
}

std::vector<std::string> usable_libraries() {
  std::vector<std::string> usable;
  for (const std::string name : {"tiles", "onednn", "torch"}) {
    try {
      matrix_library_named(name);
      usable.push_back(name);
    } catch (const Error&) {
    }
  }
  return usable;
}

/// The nearest number of 8 significant bits, by scaling: another way than that of the bits.
float nearest_bfloat16(float value) {
  int exponent = 0;
  const float fraction = std::frexp(value, &exponent);
  return std::ldexp(std::nearbyint(std::ldexp(fraction, 8)), exponent - 8);
}

OwnedMatrix nearest_bfloat16(const OwnedMatrix& matrix) {
  OwnedMatrix rounded(matrix.rows(), matrix.columns());
  for (std::int64_t r = 0; r < matrix.rows(); ++r)
    for (std::int64_t c = 0; c < matrix.columns(); ++c)
      rounded.at(r, c) = nearest_bfloat16(static_cast<float>(matrix.at(r, c)));
  return rounded;
}

class LinearTest : public ::testing::TestWithParam<std::tuple<std::string, OperandType>> {
 protected:
  MatrixLibrary library() const { return matrix_library_named(std::get<0>(GetParam())); }
  OperandType operands() const { return std::get<1>(GetParam()); }
  /// What of a matrix is multiplied.
  OwnedMatrix operand(const OwnedMatrix& matrix) const {
    return operands() == OperandType::float32 ? matrix : nearest_bfloat16(matrix);
  }

  void expect_product(std::int64_t rows, std::int64_t inputs, std::int64_t outputs, Lifetime lifetime,
                      bool plain) {
    Profile profile;
    Linear linear(library(), operands(), false, profile);
    const OwnedMatrix x = OwnedMatrix::random(rows, inputs, 1, 2);
    const OwnedMatrix weights = OwnedMatrix::random(outputs, inputs, 2);
    const OwnedMatrix bias = OwnedMatrix::random(1, outputs, 3);
    OwnedMatrix y(rows, outputs);
    const PreparedLinear prepared{linear.prepare(source_of(weights, plain), lifetime), bias.view().data};
    linear.apply(x.view(), prepared, y.view());
    const OwnedMatrix left = operand(x), right = operand(weights);
    for (std::int64_t r = 0; r < rows; ++r) {
      for (std::int64_t n = 0; n < outputs; ++n) {
        double expected = bias.at(0, n), magnitude = std::abs(expected);
        for (std::int64_t k = 0; k < inputs; ++k) {
          expected += left.at(r, k) * right.at(n, k);
          magnitude += std::abs(left.at(r, k) * right.at(n, k));
        }
        ASSERT_NEAR(std::as_const(y).at(r, n), expected, 1e-6 * magnitude) << r << " " << n;
      }
    }
    ASSERT_EQ(profile.entries().size(), 1U);
    EXPECT_EQ(profile.entries()[0].work,
              "product " + std::to_string(inputs) + " x " + std::to_string(outputs));
    EXPECT_EQ(profile.entries()[0].operations, 2.0 * static_cast<double>(rows * inputs * outputs));
  }
};

TEST_P(LinearTest, AgreesWithSumsInFloat64) {
  for (const Lifetime lifetime : {Lifetime::kept, Lifetime::once}) {
    for (const bool plain : {false, true}) {
      expect_product(1, 40, 24, lifetime, plain);
      expect_product(24, 96, 100, lifetime, plain);
      expect_product(70, 33, 65, lifetime, plain);
    }
  }
}

/// Rows of the input may lie further apart than they are long.
TEST_P(LinearTest, InputWithGaps) {
  Profile profile;
  Linear linear(library(), operands(), false, profile);
  const OwnedMatrix gaps = OwnedMatrix::random(10, 32, 1, 1, 7);
  OwnedMatrix dense(10, 32);
  for (std::int64_t r = 0; r < 10; ++r)
    for (std::int64_t c = 0; c < 32; ++c) dense.at(r, c) = gaps.view().row(r)[c];
  const OwnedMatrix weights = OwnedMatrix::random(48, 32, 2);
  const PreparedLinear prepared{linear.prepare(source_of(weights, true), Lifetime::once), nullptr};
  OwnedMatrix y(10, 48), expected(10, 48);
  linear.apply(gaps.view(), prepared, y.view());
  linear.apply(std::as_const(dense).view(), prepared, expected.view());
  for (std::int64_t r = 0; r < 10; ++r)
    for (std::int64_t c = 0; c < 48; ++c)
      ASSERT_NEAR(std::as_const(y).at(r, c), std::as_const(expected).at(r, c), 1e-5);
}

TEST_P(LinearTest, RefusesShapesThatDoNotFit) {
  Profile profile;
  Linear linear(library(), operands(), false, profile);
  const OwnedMatrix weights = OwnedMatrix::random(48, 32, 2), x(3, 31);
  OwnedMatrix y(3, 48);
  const PreparedLinear prepared{linear.prepare(source_of(weights, true), Lifetime::once), nullptr};
  EXPECT_THROW(linear.apply(x.view(), prepared, y.view()), Error);
}

INSTANTIATE_TEST_SUITE_P(Libraries, LinearTest,
                         ::testing::Combine(::testing::ValuesIn(usable_libraries()),
                                            ::testing::Values(OperandType::float32, OperandType::bfloat16)),
                         [](const auto& test_case) {
                           const bool rounded = std::get<1>(test_case.param) == OperandType::bfloat16;
                           return std::get<0>(test_case.param) + (rounded ? "_bfloat16" : "_float32");
                         });

TEST(RoundToBfloat16, TiesGoToEvenAndNanStays) {
  // 1 + 2^-8 lies between 1 and 1 + 2^-7; 1 + 3 2^-8 between 1 + 2^-7 and 1 + 2^-6.
  float numbers[] = {1 + 0x1p-8F, 1 + 3 * 0x1p-8F, 1 + 0x1.8p-8F, -0.0F, INFINITY, NAN, 3.4028235e38F};
  round_to_bfloat16(numbers, 7);
  EXPECT_EQ(numbers[0], 1);
  EXPECT_EQ(numbers[1], 1 + 0x1p-6F);
  EXPECT_EQ(numbers[2], 1 + 0x1p-7F);
  EXPECT_TRUE(std::signbit(numbers[3]) && numbers[3] == 0);
  EXPECT_EQ(numbers[4], INFINITY);
  EXPECT_TRUE(std::isnan(numbers[5]));
  EXPECT_EQ(numbers[6], INFINITY);
}

}  // namespace
}  // namespace phasescope::model
