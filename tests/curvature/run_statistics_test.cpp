#include "phasescope/curvature/run_statistics.h"

#include <gtest/gtest.h>

namespace phasescope::curvature {
namespace {

RunStatistics statistics_of(const std::vector<double>& ct, Clip clip = Clip::raw) {
  return run_statistics({ct, ct, ct}, clip);
}

// By hand.
TEST(RunStatistics, OfAShortRun) {
  const RunStatistics s = statistics_of({2, 1, 6, 1, 5});
  EXPECT_EQ(s.max, 6);
  EXPECT_EQ(s.mean, 3);
  EXPECT_EQ(s.median, 2);
  EXPECT_EQ(s.ratio_norm.value(), 2);
  EXPECT_EQ(s.argmax, 2U);
  EXPECT_NEAR(s.p95, 5.8, 1e-14);  // 0.95 x 4 = 3.8: between 5 and 6
  EXPECT_NEAR(s.p95_over_median.value(), 2.9, 1e-14);
  EXPECT_NEAR(s.deviation, std::sqrt(22.0 / 5), 1e-14);
  EXPECT_EQ(s.late_ct, 13.0 / 4);  // the last four
  // Debt against the median 2: 0, 0, 4, 3, 6.
  EXPECT_EQ(s.debt_max, 6);
  EXPECT_EQ(s.debt_final, 6);
}

TEST(RunStatistics, TakeTheFirstOfEqualMaxima) {
  EXPECT_EQ(statistics_of({1, 3, 3, 1}).argmax, 1U);
}

TEST(RunStatistics, AverageTheLastQuarter) {
  std::vector<double> ct(40, 1);
  std::fill(ct.end() - 10, ct.end(), 3);
  EXPECT_EQ(statistics_of(ct).late_ct, 3);
  ct.push_back(3);  // 41 values: the last 11
  EXPECT_NEAR(statistics_of(ct).late_ct, 3, 1e-15);
  EXPECT_EQ(statistics_of({1, 2, 3}).late_ct, 2);
}

TEST(RunStatistics, HaveNoRatioOverZero) {
  const RunStatistics still = statistics_of({0, 0, 0});
  EXPECT_FALSE(still.ratio_norm);
  EXPECT_FALSE(still.p95_over_median);
  const RunStatistics rare = statistics_of({0, 0, 0, 9});
  EXPECT_EQ(rare.ratio_norm.value(), 4);
  EXPECT_FALSE(rare.p95_over_median);
}

// Median 3, MAD 1: values above 3 + 5 x 1.4826 are clipped, means of delta and curvature are not.
TEST(RunStatistics, ClipBeforeAveraging) {
  const RunStatistics s = statistics_of({1, 2, 3, 4, 100}, Clip::clipped_mad);
  const double bound = 3 + 5 * 1.4826;
  EXPECT_NEAR(s.max, bound, 1e-13);
  EXPECT_NEAR(s.mean, (10 + bound) / 5, 1e-13);
  EXPECT_EQ(s.mean_delta.value(), 22);
}

TEST(MaxOverMean, LooksAtAPrefix) {
  EXPECT_EQ(max_over_mean({1, 3, 100}, 2, Clip::raw), 1.5);
  EXPECT_TRUE(std::isnan(max_over_mean({0, 0, 5}, 2, Clip::raw)));
}

TEST(MeanOfDefined, PassesOverTheUndefined) {
  EXPECT_EQ(mean_of_defined({1, undefined, 3}), 2);
  EXPECT_FALSE(mean_of_defined({undefined}));
}

}  // namespace
}  // namespace phasescope::curvature
