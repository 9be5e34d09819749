#include "phasescope/base/profile.h"

#include <gtest/gtest.h>

namespace phasescope {
namespace {

TEST(Profile, SumsCallsOfTheSameWorkWithinAStage) {
  Profile profile;
  profile.enter("forward");
  profile.add("attention", 0.25, 100, 30);
  profile.add("norms", 0.5);
  profile.add("attention", 0.5, 50, 12);
  profile.enter("generate");
  profile.add("attention", 1);
  const auto& entries = profile.entries();
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(entries[0].work, "attention");
  EXPECT_EQ(entries[0].stage, "forward");
  EXPECT_EQ(entries[0].calls, 2);
  EXPECT_EQ(entries[0].seconds, 0.75);
  EXPECT_EQ(entries[0].operations, 150);
  EXPECT_EQ(entries[0].bytes, 42);
  EXPECT_EQ(entries[1].work, "norms");
  EXPECT_EQ(entries[2].stage, "generate");
  EXPECT_EQ(entries[2].calls, 1);
}

TEST(Profile, AppendsAnotherOnesEntries) {
  Profile profile;
  profile.append({{"forward", "norms", 2, 0.5, 10, 64}, {"analyse", "species", 1, 0.125, 0}});
  profile.append({{"forward", "norms", 1, 0.25, 5, 32}});
  ASSERT_EQ(profile.entries().size(), 2U);
  EXPECT_EQ(profile.entries()[0].calls, 3);
  EXPECT_EQ(profile.entries()[0].seconds, 0.75);
  EXPECT_EQ(profile.entries()[0].operations, 15);
  EXPECT_EQ(profile.entries()[0].bytes, 96);
}

TEST(Profile, AClockCountsOneCall) {
  Profile profile;
  { const ProfileClock clock(profile, "norms", 8); }
  ASSERT_EQ(profile.entries().size(), 1U);
  EXPECT_EQ(profile.entries()[0].calls, 1);
  EXPECT_GE(profile.entries()[0].seconds, 0);
  EXPECT_EQ(profile.entries()[0].operations, 8);
}

}  // namespace
}  // namespace phasescope
