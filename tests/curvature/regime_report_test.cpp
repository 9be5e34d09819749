#include "phasescope/curvature/regime_report.h"

#include "invented_runs.h"

#include <gtest/gtest.h>

#include "phasescope/base/error.h"
#include "phasescope/stats/descriptive.h"

namespace phasescope::curvature {
namespace {

using testing::jumping_states;
using testing::normal_states;
using testing::runs_of;
using testing::short_report_options;

RegimeReport report_of(const std::vector<States>& trajectories,
                       const ReportOptions& options = short_report_options()) {
  return make_regime_report(runs_of(trajectories), {}, options);
}

std::vector<States> unrelated(std::vector<Eigen::Index> lengths) {
  std::vector<States> trajectories;
  for (const Eigen::Index length : lengths)
    trajectories.push_back(normal_states(length, 64, 50 + trajectories.size()));
  return trajectories;
}

TEST(RegimeReport, FindsThatUnrelatedStatesHaveNoRegimeOfTheirOwn) {
  const RegimeReport report = report_of(unrelated({40, 40, 40, 40, 40, 40}));
  EXPECT_EQ(report.ratio.placement->regime, "underactive");
  EXPECT_EQ(report.ratio.null_placement->regime, "underactive");
  EXPECT_EQ(report.survival.survives, false);
  EXPECT_NE(report.survival.sentence.find("does not survive"), std::string::npos);
  EXPECT_NEAR(report.delta.observed.value.value() / report.delta.unrelated.value(), 1, 0.02);
  EXPECT_NEAR(report.curvature.observed.value.value() / report.curvature.unrelated.value(), 1, 0.02);
  EXPECT_NEAR(report.delta.shuffled.value() / report.delta.unrelated.value(), 1, 0.02);
  EXPECT_EQ(report.slope.reason, "the runs do not differ in length");
}

TEST(RegimeReport, LetsARealJumpSurvive) {
  std::vector<States> trajectories;
  for (std::int64_t i = 0; i < 6; ++i) trajectories.push_back(jumping_states(i));
  const RegimeReport report = report_of(trajectories);
  EXPECT_EQ(report.ratio.placement->regime, "chaotic");
  EXPECT_EQ(report.ratio.excess_side, Side::above);
  EXPECT_EQ(report.ratio.n_distinguishable, 6U);
  EXPECT_NE(report.ratio.null_placement->regime, "chaotic");
  EXPECT_EQ(report.survival.survives, true) << report.survival.sentence;
  EXPECT_TRUE(report.survival.against.empty());
}

// Lengths in values: 8 18 28 38; their 25th percentile by linear interpolation is 15.5, rounded down.
TEST(RegimeReport, ComparesRunsAtACommonLength) {
  const RegimeReport report = report_of(unrelated({10, 20, 30, 40}));
  EXPECT_EQ(report.common_length.steps, 15U);
  EXPECT_EQ(report.common_length.ended_early, std::vector<std::string>{"run-0"});
  EXPECT_EQ(report.common_length.ratio.n_runs, 3U);
  std::vector<double> ratios;
  for (std::size_t i = 1; i < 4; ++i) ratios.push_back(max_over_mean(report.runs[i].steps.ct, 15, Clip::raw));
  EXPECT_EQ(report.common_length.ratio.median.value, stats::median(ratios));
  EXPECT_TRUE(report.slope.value);
}

TEST(RegimeReport, TakesACommonLengthFromTheUser) {
  ReportOptions options = short_report_options();
  options.common_steps = 25;
  const RegimeReport report = report_of(unrelated({10, 20, 30, 40}), options);
  EXPECT_EQ(report.common_length.ratio.n_runs, 2U);
  EXPECT_EQ(report.common_length.ended_early.size(), 2U);
  options.common_steps = 2;
  EXPECT_THROW(report_of({}, options), Error);
}

// The ratio of unrelated states grows with the length, and its null with it.
TEST(RegimeReport, ShowsGrowthWithLength) {
  const RegimeReport report = report_of(unrelated({40, 40, 40, 40}));
  ASSERT_GT(report.by_length.size(), 4U);
  EXPECT_EQ(report.by_length.front().steps, 3U);
  EXPECT_EQ(report.by_length.back().steps, 38U);
  EXPECT_EQ(report.by_length.back().n_runs, 4U);
  EXPECT_LT(report.by_length.front().null_median, report.by_length.back().null_median);
  EXPECT_EQ(report.by_length.back().ratio_norm_median, report.ratio.median.value);
  EXPECT_EQ(report.by_length.back().null_median, report.ratio.null_median.value);
}

TEST(RegimeReport, ComparesSixtyDefinitionsOnTheSameStates) {
  const RegimeReport report = report_of(unrelated({30, 30, 30}));
  ASSERT_TRUE(report.sensitivity);
  EXPECT_EQ(report.sensitivity->total, 60U);
  std::size_t same = 0;
  for (const SensitivityRow& row : report.sensitivity->rows) {
    same += row.regime == report.ratio.placement->regime;
    if (row.ct_id == ct_id({})) {
      EXPECT_EQ(row.ratio_norm_median, report.ratio.median.value);
    }
  }
  EXPECT_EQ(report.sensitivity->same_regime, same);
}

TEST(RegimeReport, LeavesStillRunsOutOfMediansButNotOutOfMeans) {
  std::vector<States> trajectories = unrelated({20, 20});
  trajectories.push_back(States::Constant(20, 64, 1.0));
  const RegimeReport report = report_of(trajectories);
  EXPECT_EQ(report.runs[2].status, RunStatus::ok);
  EXPECT_EQ(report.ratio.n_runs, 2U);
  const double sum = report.runs[0].statistics->mean + report.runs[1].statistics->mean;
  EXPECT_NEAR(report.mean_ct.value(), sum / 3, 1e-14);
  EXPECT_EQ(report.layers[0].n_runs, 2U);
}

TEST(RegimeReport, JoinsCollapseWithLateCt) {
  std::vector<RunResult> runs = runs_of({States::Constant(20, 4, 1.0), normal_states(20, 64, 1)});
  const RegimeReport report = make_regime_report(
      std::move(runs), {{0, {7, 7, 7, 7}, false}, {1, {1, 2, 3, 4}, false}}, short_report_options());
  EXPECT_EQ(report.collapse.rate, 0.5);
  EXPECT_EQ(report.collapse.predictor.true_positive, 1U);
  EXPECT_EQ(report.collapse.predictor.true_negative, 1U);
  EXPECT_EQ(report.collapse.auc_all, 1);
}

// Two runs each of three prompts in one category and of three in another.
TEST(RegimeReport, CountsPromptsApartFromTheirRuns) {
  std::vector<RunResult> runs = runs_of(unrelated(std::vector<Eigen::Index>(12, 20)));
  for (std::size_t i = 0; i < runs.size(); ++i) {
    runs[i].prompt = static_cast<std::int64_t>(i / 2);
    runs[i].run = static_cast<std::int64_t>(i % 2);
    runs[i].category = i < 6 ? "first" : "second";
  }
  const RegimeReport report = make_regime_report(runs, {}, short_report_options());
  EXPECT_EQ(report.ratio.n_runs, 12U);
  EXPECT_EQ(report.ratio.n_prompts, 6U);
  EXPECT_DOUBLE_EQ(report.ratio.interval_narrowness, std::sqrt(4.0 / 6));
  EXPECT_EQ(report.layers[0].ratio_norm.value, report.ratio.median.value);
  // The halves that fit and test a threshold hold whole prompts: 0, 2 and 4 against 1, 3 and 5.
  std::vector<GeneratedSample> samples;
  for (std::int64_t i = 0; i < 12; ++i) samples.push_back({i, {1, 2, 3, 4}, i == 0 || i == 2});
  const CollapseReport collapse = make_regime_report(runs, samples, short_report_options()).collapse;
  EXPECT_EQ(collapse.n_fitted, 6U);
  EXPECT_EQ(collapse.n_tested, 6U);
  EXPECT_TRUE(collapse.threshold) << collapse.threshold_reason;  // prompt 0 collapsed once, on the even side
}

TEST(RegimeReport, OfNoRunsSaysWhy) {
  const RegimeReport report = report_of({});
  EXPECT_FALSE(report.ratio.placement);
  EXPECT_FALSE(report.survival.survives);
  EXPECT_FALSE(report.mean_ct);
  EXPECT_FALSE(report.common_length.reason.empty());
  EXPECT_FALSE(report.sensitivity);
}

}  // namespace
}  // namespace phasescope::curvature
