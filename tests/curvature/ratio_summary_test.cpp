#include "phasescope/curvature/ratio_summary.h"

#include "trajectories.h"

#include <cmath>

#include <gtest/gtest.h>

namespace phasescope::curvature {
namespace {

RatioEntry entry(const std::string& category, double ratio, double null_mean = 1, Side side = Side::above) {
  NullComparison null;
  null.mean = null_mean;
  null.side = side;
  return {category, ratio, null};
}

std::vector<RatioEntry> six_runs() {
  return {entry("a", 1.6), entry("a", 2.4), entry("a", 2.5, 2, Side::inside),
          entry("b", 2.6), entry("b", 3.0), entry("b", 5.0)};
}

RatioSummary summarise(const std::vector<RatioEntry>& runs) {
  return summarise_ratios(runs, testing::published_bands(), {});
}

double share(const RegimeNumbers& numbers, const std::string& name) {
  for (const auto& [regime, value] : numbers) {
    if (regime == name) return value;
  }
  return -1;
}

// By hand: median (2.5 + 2.6) / 2, mean 17.1 / 6.
TEST(RatioSummary, DescribesTheRuns) {
  const RatioSummary summary = summarise(six_runs());
  EXPECT_EQ(summary.n_runs, 6U);
  EXPECT_NEAR(summary.median.value.value(), 2.55, 1e-14);
  EXPECT_NEAR(summary.mean.value.value(), 17.1 / 6, 1e-14);
  EXPECT_EQ(summary.placement->regime, "adaptive");
  EXPECT_EQ(summary.placement->interval, "adaptive");
  EXPECT_NEAR(share(summary.shares, "adaptive"), 3.0 / 6, 1e-14);
  EXPECT_NEAR(share(summary.shares, "chaotic"), 1.0 / 6, 1e-14);
  EXPECT_NEAR(summary.interval_narrowness, std::sqrt(2.0 / 3), 1e-14);
  EXPECT_EQ(summary.share_distinguishable(), 5.0 / 6);
}

TEST(RatioSummary, PutsTheNullBesideTheRuns) {
  const RatioSummary summary = summarise(six_runs());
  EXPECT_EQ(summary.null_median.value, 1);
  EXPECT_EQ(summary.null_placement->regime, "underactive");
  // Excesses 1.6 2.4 1.25 2.6 3 5: the median is 2.5.
  EXPECT_NEAR(summary.excess.value.value(), 2.5, 1e-14);
  EXPECT_EQ(summary.excess_side, Side::above);
}

// Resampling within a: medians of a resample mix with b's; confidence adds up to 1 and favours the regime.
TEST(RatioSummary, TellsHowOftenResamplesKeepTheRegime) {
  const RatioSummary summary = summarise(six_runs());
  double sum = 0;
  for (const auto& [name, value] : summary.confidence) sum += value;
  EXPECT_NEAR(sum, 1, 1e-12);
  EXPECT_GT(share(summary.confidence, "adaptive"), 0.5);
  EXPECT_LT(share(summary.confidence, "adaptive"), 1);
  EXPECT_LE(summary.median.low.value(), 2.55);
  EXPECT_GE(summary.median.high.value(), 2.55);
}

TEST(RatioSummary, HasNoIntervalsForOneRunACategory) {
  const RatioSummary summary = summarise({entry("a", 2), entry("b", 3)});
  EXPECT_EQ(summary.median.value, 2.5);
  EXPECT_FALSE(summary.median.low);
  EXPECT_FALSE(summary.median.interval_reason.empty());
  EXPECT_TRUE(summary.confidence.empty());
  EXPECT_FALSE(summary.excess_side);
}

TEST(RatioSummary, OfNothingIsUndefinedWithAReason) {
  const RatioSummary summary = summarise({});
  EXPECT_FALSE(summary.placement);
  EXPECT_EQ(summary.median.reason, "no run has a ratio_norm");
  EXPECT_FALSE(summary.share_distinguishable());
}

TEST(RatioSummary, DoesWithoutNulls) {
  const RatioSummary summary = summarise({{"a", 2, std::nullopt}, {"a", 3, std::nullopt}});
  EXPECT_TRUE(summary.median.low);
  EXPECT_FALSE(summary.excess.value);
  EXPECT_FALSE(summary.null_placement);
}

}  // namespace
}  // namespace phasescope::curvature
