#include "phasescope/report/colours.h"

#include <gtest/gtest.h>

namespace phasescope::report {
namespace {

/// OKLab (Ottosson 2020) is defined so that white has lightness 1 and black 0.
TEST(Lightness, IsThatOfOklab) {
  EXPECT_NEAR(lightness({1, 1, 1}), 1, 1e-6);
  EXPECT_NEAR(lightness({0, 0, 0}), 0, 1e-12);
  EXPECT_NEAR(lightness({1, 0, 0}), 0.62796, 1e-5);  // red, from the table of the source
}

TEST(SequentialColour, RisesEvenlyInLightness) {
  for (int i = 0; i <= 20; ++i) {
    EXPECT_NEAR(lightness(sequential_colour(i / 20.0)), 0.28 + 0.64 * i / 20.0, 0.01) << i;
  }
}

TEST(SequentialColour, IsClamped) {
  EXPECT_EQ(hex_text(sequential_colour(-3)), hex_text(sequential_colour(0)));
  EXPECT_EQ(hex_text(sequential_colour(7)), hex_text(sequential_colour(1)));
}

TEST(Paint, NamesAClassOrAColour) {
  EXPECT_EQ(Paint::series(1).class_name(), "s1");
  EXPECT_EQ(Paint::series(series_colours + 1).class_name(), "s1");
  EXPECT_EQ(Paint::series(1).value(), "currentColor");
  EXPECT_EQ(Paint::fixed({1, 0.5, 0}).value(), "#ff8000");
}

TEST(StyleSheet, HasADarkFormForScreensOnly) {
  const std::string sheet = style_sheet();
  EXPECT_NE(sheet.find("@media screen and (prefers-color-scheme:dark){"), std::string::npos);
  for (std::size_t i = 0; i < series_colours; ++i) {
    const std::string rule = ".s" + std::to_string(i) + "{color:";
    const std::size_t light = sheet.find(rule);
    ASSERT_NE(light, std::string::npos);
    EXPECT_NE(sheet.find(rule, light + 1), std::string::npos);
  }
}

}  // namespace
}  // namespace phasescope::report
