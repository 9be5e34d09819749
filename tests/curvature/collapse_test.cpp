#include "phasescope/curvature/collapse.h"

#include <gtest/gtest.h>

namespace phasescope::curvature {
namespace {

TEST(SilentCollapse, IsABlankText) {
  EXPECT_TRUE(is_silent_collapse({0, {5, 6, 7}, true}));
  EXPECT_FALSE(is_silent_collapse({0, {5, 6, 7}, false}));
}

// The last max(4, ceil(G/4)) tokens are one token.
TEST(SilentCollapse, IsOneTokenToTheEnd) {
  EXPECT_TRUE(is_silent_collapse({0, {1, 9, 9, 9, 9}, false}));
  EXPECT_FALSE(is_silent_collapse({0, {1, 2, 9, 9, 9}, false}));
  EXPECT_FALSE(is_silent_collapse({0, {9, 9, 9}, false}));
  std::vector<std::int64_t> tokens(17, 9);
  tokens[12] = 1;  // 17 tokens: the last 5
  EXPECT_FALSE(is_silent_collapse({0, tokens, false}));
  tokens[12] = 9;
  tokens[11] = 1;
  EXPECT_TRUE(is_silent_collapse({0, tokens, false}));
}

std::vector<CollapseCase> eight_cases() {
  return {{0, true, 0.2}, {1, true, 0.0005}, {2, false, 0.6}, {3, false, 0.4},
          {4, true, 0.3}, {5, false, 0.3},   {6, false, 0.9}, {7, true, 0.4}};
}

// By hand: even prompts 0.2+ 0.3+ 0.6- 0.9- fit a threshold of 0.45; odd ones 0.0005+ 0.4- 0.3- 0.4+ give an
// AUC of (2 + 0.5) / 4, and below 0.45 lie both positives and both negatives.
TEST(CollapseReport, FitsOnEvenPromptsAndTestsOnOddOnes) {
  const CollapseReport report = collapse_report(eight_cases(), {});
  EXPECT_EQ(report.rate, 0.5);
  EXPECT_EQ(report.predictor.true_positive, 1U);
  EXPECT_EQ(report.predictor.false_negative, 3U);
  EXPECT_EQ(report.predictor.true_negative, 4U);
  EXPECT_NEAR(report.threshold->value, 0.45, 1e-15);
  EXPECT_EQ(report.threshold->youden_j, 1);
  EXPECT_EQ(report.auc.value, 2.5 / 4);
  EXPECT_EQ(report.balanced_accuracy.value, 0.5);
  EXPECT_LE(report.auc.low.value(), *report.auc.value);
  EXPECT_EQ(report.auc.high, 1);
}

TEST(CollapseReport, GivesReasonsWhereAClassIsMissing) {
  std::vector<CollapseCase> cases = eight_cases();
  for (CollapseCase& item : cases) item.collapsed = false;
  const CollapseReport report = collapse_report(cases, {});
  EXPECT_EQ(report.rate, 0);
  EXPECT_FALSE(report.auc_all);
  EXPECT_EQ(report.auc_all_reason, "no sample collapsed");
  EXPECT_FALSE(report.auc.value);
  EXPECT_EQ(report.threshold_reason, "no sample collapsed among prompts of even index");
  EXPECT_FALSE(collapse_report({}, {}).rate);
}

TEST(CollapseReport, CountsSamplesWithoutTrajectoryInTheRateOnly) {
  const CollapseReport report = collapse_report({{0, true, std::nullopt}, {1, false, 0.5}}, {});
  EXPECT_EQ(report.rate, 0.5);
  EXPECT_EQ(report.predictor.total(), 1U);
}

}  // namespace
}  // namespace phasescope::curvature
