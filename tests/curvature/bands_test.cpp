#include "phasescope/curvature/bands.h"

#include "trajectories.h"

#include <gtest/gtest.h>

#include "phasescope/base/error.h"

namespace phasescope::curvature {
namespace {

// Source: the published intervals of ratio_norm, and the midpoints of their gaps.
TEST(PublishedBands, PlaceRatios) {
  const Bands bands = testing::published_bands();
  const auto regime = [&](double ratio) { return place(ratio, bands).regime; };
  EXPECT_EQ(regime(1.0), "underactive");
  EXPECT_EQ(regime(1.984), "underactive");
  EXPECT_EQ(regime(1.985), "adaptive");  // a cut belongs above it
  EXPECT_EQ(regime(2.945), "transition");
  EXPECT_EQ(regime(3.695), "chaotic");
  EXPECT_EQ(regime(50), "chaotic");
}

TEST(PublishedBands, TellIntervalsFromGaps) {
  const Bands bands = testing::published_bands();
  EXPECT_EQ(place(1.55, bands).interval, "underactive");
  EXPECT_EQ(place(2.92, bands).interval, "adaptive");
  EXPECT_EQ(place(2.97, bands).interval, "transition");
  for (const double ratio : {1.54, 1.8, 2.93, 3.5, 36.0}) EXPECT_TRUE(place(ratio, bands).gap()) << ratio;
  EXPECT_NEAR(place(2.41, bands).distance_to_cut, 0.425, 1e-12);
  EXPECT_NEAR(place(10, bands).distance_to_cut, 6.305, 1e-12);
}

TEST(ParseBands, RefusesBandsThatContradictThemselves) {
  const auto bands = [](const std::string& regimes, const std::string& cuts) {
    return parse_json(
        R"({"schema_version":1,"name":"x","source":"y","regimes":[)" + regimes + R"(],"cuts":)" + cuts + "}",
        "bands.json");
  };
  const std::string low = R"({"name":"low","interval":[1,2]})";
  const std::string high = R"({"name":"high","interval":[3,4]})";
  EXPECT_EQ(parse_bands(bands(low + "," + high, "[2.5]"), "bands.json").name_of(2.6), "high");
  for (const auto& [regimes, cuts] : std::vector<std::pair<std::string, std::string>>{
           {low, "[]"},
           {low + "," + high, "[]"},
           {low + "," + high, "[4.5]"},
           {high + "," + low, "[2.5]"},
           {low + "," + low, "[2]"},
           {low + R"(,{"name":"high","interval":[4,3]})", "[2.5]"},
           {low + R"(,{"name":"high","interval":[3]})", "[2.5]"}}) {
    EXPECT_THROW(parse_bands(bands(regimes, cuts), "bands.json"), Error) << regimes << cuts;
  }
}

// Three clear groups of ratios: cuts in the middle of the gaps.
TEST(FitBands, FindsTheGaps) {
  const Bands bands = fit_bands({9, 1.1, 1.0, 3.0, 1.2, 3.2, 10}, {"a", "b", "c"}, "panel");
  EXPECT_NEAR(bands.cuts[0], 2.1, 1e-12);
  EXPECT_NEAR(bands.cuts[1], 6.1, 1e-12);
  EXPECT_EQ(bands.regimes[1].low, 3.0);
  EXPECT_EQ(bands.regimes[1].high, 3.2);
}

TEST(FitBands, RefusesTooFewRatios) {
  EXPECT_THROW(fit_bands({2, 2, 2}, {"a", "b"}, ""), Error);
  EXPECT_THROW(fit_bands({0, 1, 2}, {"a", "b"}, ""), Error);
}

}  // namespace
}  // namespace phasescope::curvature
