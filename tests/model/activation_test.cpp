// Activations. Source of what is expected: closed forms in float64 (silu: Elfwing et al. 2018; gelu:
// Hendrycks and Gimpel 2016), and single values from scipy 1.17: x * norm.cdf(x), x * expit(x).
#include "activation.h"

#include "random_matrix.h"

#include <cmath>
#include <functional>
#include <limits>

#include <gtest/gtest.h>

namespace phasescope::model {
namespace {

using checkpoint::Activation;
using testing::OwnedMatrix;

constexpr double kPi = 3.14159265358979323846;

double silu(double x) {
  return x / (1 + std::exp(-x));
}
double gelu_tanh(double x) {
  return 0.5 * x * (1 + std::tanh(std::sqrt(2 / kPi) * (x + 0.044715 * x * x * x)));
}
double gelu_erf(double x) {
  return 0.5 * x * std::erfc(-x / std::sqrt(2.0));
}
double relu(double x) {
  return x > 0 ? x : 0;
}

float activated(Activation activation, float x) {
  activate(activation, Matrix(&x, 1, 1));
  return x;
}

struct Case {
  const char* name;
  Activation activation;
  double (*reference)(double);
};

class ActivationTest : public ::testing::TestWithParam<Case> {};

/// From -30 to 30 in steps of 1/64, more columns than one piece of work.
TEST_P(ActivationTest, FollowsItsFormula) {
  const std::int64_t columns = 60 * 64 + 1;
  OwnedMatrix x(2, columns, 7);
  for (std::int64_t c = 0; c < columns; ++c)
    x.at(0, c) = x.at(1, columns - 1 - c) = static_cast<float>(c) / 64 - 30;
  activate(GetParam().activation, x.view());
  for (std::int64_t c = 0; c < columns; ++c) {
    const double input = static_cast<double>(c) / 64 - 30;
    const double expected = GetParam().reference(input);
    // Half a dozen roundings of float32, of the value or (where factors cancel) of the input.
    ASSERT_NEAR(x.at(0, c), expected, 3e-7 * std::max(1.0, std::abs(input))) << input;
    ASSERT_NEAR(x.at(1, columns - 1 - c), expected, 3e-7 * std::max(1.0, std::abs(input))) << input;
  }
}

TEST_P(ActivationTest, FarOut) {
  const Activation activation = GetParam().activation;
  EXPECT_EQ(activated(activation, 1e4F), 1e4F);
  EXPECT_EQ(activated(activation, -1e4F), 0);
  EXPECT_EQ(activated(activation, 0), 0);
}

TEST_P(ActivationTest, GatedMultipliesByTheOtherBranch) {
  OwnedMatrix gate = OwnedMatrix::random(3, 1500, 1, 4, 2);
  const OwnedMatrix up = OwnedMatrix::random(3, 1500, 2, 4, 9);
  OwnedMatrix expected = gate;
  activate(GetParam().activation, expected.view());
  OwnedMatrix apart(3, 1500, 1);
  activate_gated(GetParam().activation, gate.view(), up.view(), apart.view());
  activate_gated(GetParam().activation, gate.view(), up.view(), gate.view());
  for (std::int64_t r = 0; r < 3; ++r)
    for (std::int64_t c = 0; c < 1500; ++c)
      // Four roundings: whether an entry is computed alone or with its neighbours depends on where rows
      // begin.
      ASSERT_FLOAT_EQ(gate.at(r, c), expected.at(r, c) * static_cast<float>(up.at(r, c)));
  for (std::int64_t r = 0; r < 3; ++r)
    for (std::int64_t c = 0; c < 1500; ++c) ASSERT_EQ(apart.at(r, c), gate.at(r, c));
}

INSTANTIATE_TEST_SUITE_P(All, ActivationTest,
                         ::testing::Values(Case{"silu", Activation::silu, silu},
                                           Case{"gelu_tanh", Activation::gelu_tanh, gelu_tanh},
                                           Case{"gelu_erf", Activation::gelu_erf, gelu_erf},
                                           Case{"relu", Activation::relu, relu}),
                         [](const auto& test_case) { return test_case.param.name; });

TEST(Activation, ValuesOfScipy) {
  EXPECT_NEAR(activated(Activation::silu, 1), 0.7310585786300049, 1e-7);
  EXPECT_NEAR(activated(Activation::silu, -2), -0.2384058440442351, 1e-7);
  EXPECT_NEAR(activated(Activation::gelu_erf, 1), 0.8413447460685429, 1e-7);
  EXPECT_NEAR(activated(Activation::gelu_erf, -2), -0.04550026389635839, 1e-7);
}

TEST(Activation, NoRowsOrColumns) {
  activate(Activation::silu, Matrix(nullptr, 0, 5));
  activate(Activation::silu, Matrix(nullptr, 5, 0));
}

}  // namespace
}  // namespace phasescope::model
