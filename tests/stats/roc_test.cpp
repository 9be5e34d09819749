#include "phasescope/stats/roc.h"

#include "fixture.h"

#include <gtest/gtest.h>

namespace phasescope::stats {
namespace {

// Source: scipy.stats.mannwhitneyu, U over the number of pairs; the scores are full of ties.
TEST(AreaUnderCurve, AgreesWithScipy) {
  for (const Json& item : testing::fixture("stats/scipy.json", "roc")) {
    EXPECT_NEAR(area_under_curve(item.at("scores"), item.at("positive")).value(), item.at("auc"), 1e-14);
  }
}

TEST(AreaUnderCurve, IsAbsentWithoutBothClasses) {
  EXPECT_FALSE(area_under_curve({1, 2}, {true, true}));
  EXPECT_FALSE(area_under_curve({}, {}));
}

// Weights stand for copies: source is area_under_curve of the list with as many copies.
TEST(RankedScores, CountWeightsAsCopies) {
  const std::vector<double> scores = {3, 1, 2, 2, 5, 3};
  const std::vector<double> positive = {2, 0, 1, 3, 0, 1}, negative = {1, 4, 0, 2, 1, 0};
  std::vector<double> copies;
  std::vector<bool> is_positive;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    copies.insert(copies.end(), static_cast<std::size_t>(positive[i] + negative[i]), scores[i]);
    is_positive.insert(is_positive.end(), static_cast<std::size_t>(positive[i]), true);
    is_positive.insert(is_positive.end(), static_cast<std::size_t>(negative[i]), false);
  }
  EXPECT_EQ(RankedScores(scores).area_under_curve(positive, negative), area_under_curve(copies, is_positive));
  EXPECT_FALSE(RankedScores(scores).area_under_curve(positive, std::vector<double>(6, 0)));
}

TEST(ConfusionBelow, CountsTheFourOutcomes) {
  const ConfusionMatrix matrix = confusion_below({1, 1, 2, 3, 4}, {true, false, true, false, false}, 2);
  EXPECT_EQ(matrix.true_positive, 1U);
  EXPECT_EQ(matrix.false_positive, 1U);
  EXPECT_EQ(matrix.false_negative, 1U);  // 2 is not below 2
  EXPECT_EQ(matrix.true_negative, 2U);
  EXPECT_NEAR(matrix.balanced_accuracy().value(), (0.5 + 2.0 / 3) / 2, 1e-15);
}

// By hand: between 2 and 3 both positives are below and one of three negatives is, J = 1 - 1/3; between 1 and
// 2 J is 1/2; between 3 and 5 it is 1 - 2/3.
TEST(YoudenThreshold, TakesTheLargestJ) {
  const auto threshold = youden_threshold({1, 2, 2, 3, 5}, {true, true, false, false, false});
  ASSERT_TRUE(threshold);
  EXPECT_EQ(threshold->value, 2.5);
  EXPECT_NEAR(threshold->youden_j, 2.0 / 3, 1e-15);
}

// J is 1/2 at 1.5 and again at 3.5.
TEST(YoudenThreshold, TakesTheSmallestMidpointOnATie) {
  EXPECT_EQ(youden_threshold({1, 2, 3, 4}, {true, false, true, false})->value, 1.5);
}

TEST(YoudenThreshold, IsAbsentWithoutAChoice) {
  EXPECT_FALSE(youden_threshold({1, 2}, {false, false}));
  EXPECT_FALSE(youden_threshold({3, 3}, {false, true}));
}

}  // namespace
}  // namespace phasescope::stats
