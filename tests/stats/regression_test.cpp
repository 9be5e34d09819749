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

// numpy.corrcoef([1, 2, 3, 5], [2, 1, 4, 3])[0, 1] ** 2 = 0.28; by hand 3.5^2 / (8.75 x 5).
TEST(SquaredCorrelation, IsTheShareThatALineExplains) {
  EXPECT_NEAR(squared_correlation({1, 2, 3, 5}, {2, 1, 4, 3}).value(), 0.28, 1e-15);
  EXPECT_NEAR(squared_correlation({1, 2, 3}, {5, 3, 1}).value(), 1, 1e-15);
  EXPECT_FALSE(squared_correlation({1, 1, 1}, {1, 2, 3}));
  EXPECT_FALSE(squared_correlation({1, 2, 3}, {4, 4, 4}));
}

}  // namespace
}  // namespace phasescope::stats
