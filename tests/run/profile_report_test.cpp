#include "phasescope/run/profile_report.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace phasescope::run {
namespace {

const std::vector<ProfileEntry> kEntries = {{"forward", "norms", 4, 0.5, 0},
                                            {"forward", "product 8 x 16", 2, 1.5, 3e9, 6e9},
                                            {"generate", "norms", 1, 0.25, 0}};

TEST(ProfileReport, ListsTheWorkOfAStageTheLongestFirst) {
  const Json profile = profile_to_json({{"load", 1}, {"forward", 2.5}, {"generate", 0.25}}, kEntries);
  ASSERT_EQ(profile.size(), 3U);
  EXPECT_EQ(profile[0]["stage"], "load");
  EXPECT_TRUE(profile[0]["work"].empty());
  const Json& work = profile[1]["work"];
  ASSERT_EQ(work.size(), 3U);
  EXPECT_EQ(work[0]["name"], "product 8 x 16");
  EXPECT_EQ(work[0]["calls"], 2);
  EXPECT_DOUBLE_EQ(work[0]["share"], 0.6);
  EXPECT_DOUBLE_EQ(work[0]["gflops"], 2);
  EXPECT_DOUBLE_EQ(work[0]["gigabytes_per_second"], 4);
  EXPECT_EQ(work[1]["name"], "norms");
  EXPECT_TRUE(work[1]["gflops"].is_null());
  EXPECT_TRUE(work[1]["gigabytes_per_second"].is_null());
  EXPECT_EQ(work[2]["name"], "rest");
  EXPECT_DOUBLE_EQ(work[2]["seconds"], 0.5);
  EXPECT_TRUE(work[2]["calls"].is_null());
}

/// Clocks inside a stage may measure a little more than the clock around it.
TEST(ProfileReport, TheRestIsNeverNegative) {
  const Json profile = profile_to_json({{"generate", 0.2}}, kEntries);
  EXPECT_EQ(profile[0]["work"][1]["seconds"], 0);
}

TEST(ProfileReport, AStageThatTookNoTimeHasNoShares) {
  const Json profile = profile_to_json({{"generate", 0}}, kEntries);
  EXPECT_TRUE(profile[0]["work"][0]["share"].is_null());
}

TEST(ProfileReport, TextHasALineForEachEntry) {
  const std::string text = profile_to_text(profile_to_json({{"forward", 2.5}}, kEntries));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 5);
  EXPECT_NE(text.find("  product 8 x 16"), std::string::npos);
  EXPECT_NE(text.find(" 60.0 %       2.0     4.0\n"), std::string::npos);
}

}  // namespace
}  // namespace phasescope::run
