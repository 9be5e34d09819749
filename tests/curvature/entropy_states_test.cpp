#include "phasescope/curvature/entropy_states.h"

#include <limits>

#include <gtest/gtest.h>

namespace phasescope::curvature {
namespace {

// By hand: pooled 0 0 1 1 2 2 3 3 has quartiles 0.75 and 2.25. The first run is low, high (reopened), low;
// the second starts between the thresholds, is high, then low to its end. 1 and 2 change nothing.
TEST(EntropyStates, CountEpisodesWithHysteresis) {
  const EntropyStates result = entropy_states({{0, 1, 3, 0}, {2, 3, 2, 1}}, {});
  EXPECT_NEAR(result.q25.value(), 0.75, 1e-15);
  EXPECT_NEAR(result.q75.value(), 2.25, 1e-15);
  EXPECT_EQ(result.low_episodes, 2U);
  EXPECT_EQ(result.reopenings, 1U);
  EXPECT_EQ(result.rate, 0.5);
}

// By hand: quartiles 0 and 3. Staying low, or between the thresholds, begins no new episode.
TEST(EntropyStates, LastUntilTheOtherThreshold) {
  const EntropyStates result = entropy_states({{0, 0, 1, 0, 3, 3, 2, 3, 3}}, {});
  EXPECT_EQ(result.q25, 0);
  EXPECT_EQ(result.q75, 3);
  EXPECT_EQ(result.low_episodes, 1U);
  EXPECT_EQ(result.reopenings, 1U);
}

// One low, one high and one value between: of the six orders, the low comes before the high in three.
TEST(EntropyStates, HaveAShuffledRate) {
  const EntropyStates result = entropy_states({{0, 1, 2}}, {6000, 1});
  EXPECT_NEAR(result.shuffled_rate.value(), 0.5, 0.033);  // five standard deviations
  EXPECT_EQ(result.shuffled_low, 0);
  EXPECT_EQ(result.shuffled_high, 1);
}

TEST(EntropyStates, AreUndefinedWithoutASpread) {
  EXPECT_FALSE(entropy_states({{1, 1, 1}}, {}).rate);
  EXPECT_FALSE(entropy_states({{1, 1, 1}}, {}).reason.empty());
  const double unknown = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(entropy_states({{unknown}, {}}, {}).q25);
}

}  // namespace
}  // namespace phasescope::curvature
