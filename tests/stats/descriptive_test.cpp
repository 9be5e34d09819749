#include "phasescope/stats/descriptive.h"

#include "fixture.h"

#include <gtest/gtest.h>

#include "phasescope/base/error.h"

namespace phasescope::stats {
namespace {

// Source: numpy (mean, median, quantile, std) and scipy.stats.median_abs_deviation.
TEST(Descriptive, AgreesWithNumpyAndScipy) {
  for (const Json& item : testing::fixture("stats/scipy.json", "descriptive")) {
    const auto values = item.at("values").get<std::vector<double>>();
    EXPECT_NEAR(mean(values), item.at("mean"), 1e-14);
    EXPECT_NEAR(median(values), item.at("median"), 1e-14);
    for (const Json& quantile_case : item.at("quantiles")) {
      EXPECT_NEAR(quantile(values, quantile_case[0]), quantile_case[1], 1e-14);
    }
    EXPECT_NEAR(median_absolute_deviation(values), item.at("median_absolute_deviation"), 1e-14);
    EXPECT_NEAR(population_deviation(values), item.at("deviation"), 1e-14);
  }
}

TEST(Descriptive, RefusesNoValues) {
  EXPECT_THROW(mean({}), Error);
  EXPECT_THROW(quantile({}, 0.5), Error);
}

// Median 3, MAD 1: the bounds are 3 +- 2 x 1.4826.
TEST(ClippedByDeviation, MovesOnlyWhatIsOutside) {
  const std::vector<double> clipped = clipped_by_deviation({1, 2, 3, 4, 100}, 2);
  EXPECT_EQ((std::vector<double>(clipped.begin(), clipped.begin() + 4)), (std::vector<double>{1, 2, 3, 4}));
  EXPECT_NEAR(clipped[4], 3 + 2 * 1.4826, 1e-14);
}

TEST(ClippedByDeviation, LeavesAllWithoutDeviation) {
  const std::vector<double> values = {2, 2, 2, 2, 50};
  EXPECT_EQ(clipped_by_deviation(values, 5), values);
}

}  // namespace
}  // namespace phasescope::stats
