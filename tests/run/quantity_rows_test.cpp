// Quantities of reports as rows of a page. Source of what is expected: worked out by hand.
#include "quantity_rows.h"

#include <gtest/gtest.h>

namespace phasescope::run {
namespace {

using Row = std::vector<std::string>;

Row row_of(const Json& value) {
  return quantity_rows({{"part", {{"q", value}}}}, {{"title", "/part/q"}}).at(0);
}

TEST(ValueText, HasThreeDigitsAndWholeNumbersInFull) {
  EXPECT_EQ(value_text(1.23456), "1.23");
  EXPECT_EQ(value_text(0.000123456), "0.000123");
  EXPECT_EQ(value_text(134515008), "134515008");
  EXPECT_EQ(value_text(-2.0), "-2");
  EXPECT_EQ(value_text(1e300), "1e+300");
  EXPECT_EQ(value_text("text"), "text");
  EXPECT_EQ(value_text(true), "yes");
  EXPECT_EQ(value_text(nullptr), "-");
}

TEST(QuantityRows, ShowEstimatesWithIntervalAndNull) {
  EXPECT_EQ(row_of({{"value", 2.5}, {"low", 2}, {"high", 3}}), (Row{"title", "2.5", "[2, 3]", ""}));
  EXPECT_EQ(row_of({{"median", 2.5}, {"low", 2}, {"high", 3}, {"mean", 9}}),
            (Row{"title", "2.5", "[2, 3]", ""}));
  EXPECT_EQ(row_of({{"value", 0},
                    {"low", 0},
                    {"high", 0},
                    {"null", {{"name", "shuffle-tokens"}, {"low", 0}, {"high", 1}}},
                    {"inside_null", true}}),
            (Row{"title", "0", "[0, 0]", "shuffle-tokens [0, 1]: inside"}));
  EXPECT_EQ(
      row_of({{"value", 5}, {"low", nullptr}, {"high", nullptr}, {"null", nullptr}, {"inside_null", false}}),
      (Row{"title", "5", "", "outside"}));
}

TEST(QuantityRows, SayWhySomethingIsUndefined) {
  EXPECT_EQ(row_of({{"value", nullptr}, {"value_reason", "no pole"}}),
            (Row{"title", "undefined: no pole", "", ""}));
  EXPECT_EQ(row_of({{"value", nullptr}}), (Row{"title", "undefined", "", ""}));
  EXPECT_EQ(quantity_rows({{"q", nullptr}, {"q_reason", "too short"}}, {{"title", "/q"}}).at(0),
            (Row{"title", "undefined: too short", "", ""}));
}

TEST(QuantityRows, LeaveOutWhatAReportHasNot) {
  EXPECT_TRUE(quantity_rows({{"other", 1}}, {{"title", "/q"}, {"deep", "/q/r"}}).empty());
  EXPECT_EQ(quantity_rows({{"other", 1}}, {{"title", "/q"}, {"other", "/other"}}).size(), 1U);
}

}  // namespace
}  // namespace phasescope::run
