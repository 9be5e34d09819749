#include "phasescope/stats/regression.h"

#include "fixture.h"

#include <gtest/gtest.h>

namespace phasescope::stats {
namespace {

// Source: scipy.stats.linregress.
TEST(LeastSquaresSlope, AgreesWithScipy) {
  for (const Json& item : testing::fixture("stats/scipy.json", "regression")) {
    EXPECT_NEAR(least_squares_slope(item.at("x"), item.at("y")).value(), item.at("slope"), 1e-13);
  }
}

TEST(LeastSquaresSlope, IsAbsentWhereXDoesNotVary) {
  EXPECT_FALSE(least_squares_slope({}, {}));
  EXPECT_FALSE(least_squares_slope({0.1, 0.1, 0.1}, {1, 2, 3}));
}

}  // namespace
}  // namespace phasescope::stats
