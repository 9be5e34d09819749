#include "phasescope/report/scale.h"

#include <cmath>
#include <limits>
#include <locale>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "phasescope/base/error.h"

namespace phasescope::report {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> labels(const std::vector<Tick>& ticks) {
  std::vector<std::string> texts;
  for (const Tick& tick : ticks) {
    if (!tick.label.empty()) texts.push_back(tick.label);
  }
  return texts;
}

TEST(Scale, MapsEndsToZeroAndOne) {
  const Scale linear(Scale::Kind::linear, -2, 6);
  EXPECT_EQ(linear.fraction(-2), 0);
  EXPECT_EQ(linear.fraction(0), 0.25);
  EXPECT_EQ(linear.fraction(6), 1);
  const Scale logarithmic(Scale::Kind::logarithmic, 0.1, 1000);
  EXPECT_DOUBLE_EQ(logarithmic.fraction(1), 0.25);
  EXPECT_DOUBLE_EQ(logarithmic.fraction(100), 0.75);
  EXPECT_TRUE(std::isnan(logarithmic.fraction(0)));
  EXPECT_TRUE(std::isnan(logarithmic.fraction(-1)));
}

TEST(Scale, RefusesEmptyAndImpossibleRanges) {
  EXPECT_THROW(Scale(Scale::Kind::linear, 1, 1), Error);
  EXPECT_THROW(Scale(Scale::Kind::linear, 0, std::nan("")), Error);
  EXPECT_THROW(Scale(Scale::Kind::logarithmic, 0, 1), Error);
}

TEST(RoundStep, IsTheNextOfOneTwoFive) {
  EXPECT_DOUBLE_EQ(round_step(0.7), 1);
  EXPECT_DOUBLE_EQ(round_step(1), 1);
  EXPECT_DOUBLE_EQ(round_step(0.0021), 0.005);
  EXPECT_DOUBLE_EQ(round_step(51), 100);
}

TEST(LinearTicks, AreRoundMultiplesInsideTheAxis) {
  EXPECT_THAT(labels(linear_ticks(0, 10, 5)), ElementsAre("0", "2", "4", "6", "8", "10"));
  EXPECT_THAT(labels(linear_ticks(-0.13, 0.31, 4)), ElementsAre("0.0", "0.2"));
  EXPECT_THAT(labels(linear_ticks(-0.13, 0.31, 5)), ElementsAre("−0.1", "0.0", "0.1", "0.2", "0.3"));
  EXPECT_THAT(labels(linear_ticks(1.5e6, 2.5e6, 2)), ElementsAre("1.5×10⁶", "2×10⁶", "2.5×10⁶"));
  EXPECT_THAT(labels(linear_ticks(0, 4e-7, 2)), ElementsAre("0", "2×10⁻⁷", "4×10⁻⁷"));
  EXPECT_THAT(linear_ticks(1e17, 1e17 + 64, 5), IsEmpty());
}

TEST(IntegerTicks, AreWholeNumbers) {
  EXPECT_THAT(labels(integer_ticks(-0.5, 3.5, 9)), ElementsAre("0", "1", "2", "3"));
  EXPECT_THAT(labels(integer_ticks(0, 31, 7)), ElementsAre("0", "5", "10", "15", "20", "25", "30"));
}

TEST(LogarithmicTicks, ArePowersOfTenOverManyDecades) {
  EXPECT_THAT(labels(logarithmic_ticks(0.05, 2000, 9)), ElementsAre("0.1", "1", "10", "100", "1000"));
  EXPECT_THAT(labels(logarithmic_ticks(1e-7, 1e5, 4)), ElementsAre("10⁻⁷", "10⁻³", "10¹", "10⁵"));
}

TEST(LogarithmicTicks, AreRoundMultiplesInsideADecade) {
  EXPECT_THAT(labels(logarithmic_ticks(1.5, 40, 9)), ElementsAre("2", "5", "10", "20"));
  EXPECT_THAT(labels(logarithmic_ticks(2.02, 2.49, 5)), ElementsAre("2.1", "2.2", "2.3", "2.4"));
}

TEST(LogarithmicTicks, HaveMinorOnesAtMultiples) {
  std::vector<double> minor;
  for (const Tick& tick : logarithmic_ticks(1, 20, 9)) {
    if (tick.label.empty()) minor.push_back(tick.value);
  }
  EXPECT_THAT(minor, ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20));
}

TEST(AngleTicks, AreFractionsOfPi) {
  constexpr double pi = 3.14159265358979323846;
  EXPECT_THAT(labels(angle_ticks(0, pi, 5)), ElementsAre("0", "π/4", "π/2", "3π/4", "π"));
  EXPECT_THAT(labels(angle_ticks(-pi, pi, 4)), ElementsAre("−π", "−π/2", "0", "π/2", "π"));
  EXPECT_DOUBLE_EQ(angle_ticks(0, pi, 5)[3].value, 0.75 * pi);
}

TEST(NumberTexts, AreForPeople) {
  EXPECT_EQ(fixed_text(-0.001, 2), "0.00");
  EXPECT_EQ(fixed_text(-1.25, 1), "−1.2");
  EXPECT_EQ(significant_text(2.409, 3), "2.41");
  EXPECT_EQ(significant_text(12.5, 3), "12.5");
  EXPECT_EQ(significant_text(1200, 3), "1200");
  EXPECT_EQ(significant_text(0.00001234, 3), "1.23×10⁻⁵");
  EXPECT_EQ(significant_text(1e6, 3), "10⁶");
  EXPECT_EQ(significant_text(0, 3), "0");
  EXPECT_EQ(significant_text(std::numeric_limits<double>::infinity(), 3), "undefined");
}

/// A decimal comma, as in German.
class Comma : public std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
};

TEST(NumberTexts, DoNotDependOnTheLocale) {
  const std::locale before = std::locale::global(std::locale(std::locale::classic(), new Comma));
  EXPECT_EQ(fixed_text(1.5, 1), "1.5");
  std::locale::global(before);
}

TEST(TextWidth, GrowsWithTheText) {
  EXPECT_LT(text_width("ill", 12), text_width("mmm", 12));
  EXPECT_DOUBLE_EQ(text_width("abc", 24), 2 * text_width("abc", 12));
  EXPECT_DOUBLE_EQ(text_width("北京", 10), 20);
}

TEST(FittedText, EndsInAnEllipsisWhereItIsTooLong) {
  EXPECT_EQ(fitted_text("short", 12, 100), "short");
  const std::string cut = fitted_text("Österreich und die Schweiz", 12, 80);
  EXPECT_EQ(cut.substr(0, 10), "Österreic");
  EXPECT_LE(text_width(cut, 12), 80 + 12);
  EXPECT_EQ(cut.substr(cut.size() - 3), "…");
}

}  // namespace
}  // namespace phasescope::report
