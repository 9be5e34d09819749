#include "phasescope/curvature/turning_angles.h"

#include "trajectories.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace phasescope::curvature {
namespace {

std::vector<double> angles_of(const std::vector<double>& sine_square,
                              const std::vector<double>& cosine_square) {
  std::vector<double> angles(sine_square.size());
  turning_angles(angles.size(), sine_square.data(), cosine_square.data(), angles.data());
  return angles;
}

// Against std::atan2, over angles from nothing to a half turn and factors of any size.
TEST(TurningAngles, AreTwiceTheArctangentOfTheRoots) {
  std::vector<double> sine_square, cosine_square, expected;
  for (int i = 0; i <= 1000; ++i) {
    const double half = testing::pi / 2 * i / 1000;
    const double factor = std::pow(10, i % 7 - 3);
    sine_square.push_back(factor * std::sin(half) * std::sin(half));
    cosine_square.push_back(factor * std::cos(half) * std::cos(half));
    expected.push_back(2 * std::atan2(std::sqrt(sine_square.back()), std::sqrt(cosine_square.back())));
  }
  const auto angles = angles_of(sine_square, cosine_square);
  for (std::size_t i = 0; i < angles.size(); ++i)
    EXPECT_NEAR(angles[i], expected[i], 2e-15 * expected[i]) << i;
}

TEST(TurningAngles, AtTheEndsAndInTheMiddle) {
  const auto angles = angles_of({0, 1, 1, 0.25}, {1, 1, 0, 0.75});
  EXPECT_EQ(angles[0], 0);
  EXPECT_NEAR(angles[1], testing::pi / 2, 1e-15);
  EXPECT_NEAR(angles[2], testing::pi, 1e-15);
  EXPECT_NEAR(angles[3], testing::pi / 3, 1e-15);
}

TEST(TurningAngles, AreTheSameBitsAloneAndInCompany) {
  std::vector<double> sine_square, cosine_square;
  for (int i = 1; i < 20; ++i) {
    sine_square.push_back(0.37 * i);
    cosine_square.push_back(3.1 / i);
  }
  const auto together = angles_of(sine_square, cosine_square);
  for (std::size_t i = 0; i < together.size(); ++i)
    EXPECT_EQ(angles_of({sine_square[i]}, {cosine_square[i]})[0], together[i]);
}

}  // namespace
}  // namespace phasescope::curvature
