// Cases worked out by hand.
#include "phasescope/curvature/repetition.h"

#include <gtest/gtest.h>

namespace phasescope::curvature {
namespace {

using Ids = std::vector<std::int64_t>;

void expect_loop(const Ids& ids, std::size_t start, std::size_t period) {
  const auto loop = repetition_of(ids).loop;
  ASSERT_TRUE(loop);
  EXPECT_EQ(loop->start, start);
  EXPECT_EQ(loop->period, period);
}

TEST(Repetition, FindsWhereATextBeginsToLoop) {
  expect_loop({1, 2, 7, 7, 7, 7}, 2, 1);
  expect_loop({9, 1, 2, 1, 2, 1, 2}, 1, 2);
  expect_loop({9, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1}, 1, 3);  // the last time cut short
  expect_loop({5, 5, 5, 5}, 0, 1);                       // of all periods the shortest
}

TEST(Repetition, TheLongestLoopCounts) {
  // The end 4 4 4 4 is a loop, and so is the whole: (4 4 4 4 1) three times and four more.
  expect_loop({4, 4, 4, 4, 1, 4, 4, 4, 4, 1, 4, 4, 4, 4, 1, 4, 4, 4, 4}, 0, 5);
}

TEST(Repetition, AsksForThreePeriodsAndFourTokens) {
  EXPECT_FALSE(repetition_of({8, 1, 2, 1, 2}).loop);
  EXPECT_FALSE(repetition_of({8, 3, 3, 3}).loop);
  EXPECT_FALSE(repetition_of({7, 7, 7, 7, 1}).loop);  // not at the end
  EXPECT_FALSE(repetition_of({}).loop);
}

TEST(Repetition, CountsRepeated4grams) {
  EXPECT_FALSE(repetition_of({1, 2, 3}).repeated_4grams);
  EXPECT_EQ(repetition_of({1, 2, 3, 4}).repeated_4grams, 0);
  EXPECT_EQ(repetition_of({1, 2, 3, 4, 5, 1, 2, 3, 4}).repeated_4grams, 1 - 5.0 / 6);
  EXPECT_EQ(repetition_of({1, 1, 1, 1, 1, 1, 1}).repeated_4grams, 0.75);
}

}  // namespace
}  // namespace phasescope::curvature
