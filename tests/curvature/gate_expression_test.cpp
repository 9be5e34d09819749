#include "phasescope/curvature/gate_expression.h"

#include <gtest/gtest.h>

#include "phasescope/base/error.h"

namespace phasescope::curvature {
namespace {

const GateValues values = {{"regime_flips", {2.0, {}}},
                           {"d.ratio_norm", {-0.5, {}}},
                           {"d.mean_ct", {std::nullopt, "there is no baseline"}}};

double evaluate(const std::string& text) {
  return GateExpression(text, values).evaluate(values);
}

TEST(GateExpression, FollowsTheUsualPrecedence) {
  EXPECT_EQ(evaluate("1 + 2 * 3 - 4 / 2"), 5);
  EXPECT_EQ(evaluate("(1 + 2) * -3"), -9);
  EXPECT_EQ(evaluate("10 - 4 - 3"), 3);
  EXPECT_EQ(evaluate("1 + 1 == 2 && !0 || 0"), 1);
  EXPECT_EQ(evaluate("1 || 0 && 0"), 1);
  EXPECT_EQ(evaluate("--2"), 2);
  EXPECT_EQ(evaluate("1.5e1 >= .5"), 1);
}

TEST(GateExpression, KnowsNamesAndFunctions) {
  EXPECT_TRUE(GateExpression("regime_flips > 0", values).holds(values));
  EXPECT_FALSE(GateExpression("d.ratio_norm > 0.3", values).holds(values));
  EXPECT_TRUE(GateExpression("abs(d.ratio_norm) > 0.3 && regime_flips<=2", values).holds(values));
  EXPECT_EQ(evaluate("max(1, regime_flips, d.ratio_norm) + min(3, 4)"), 5);
}

TEST(GateExpression, RejectsUnknownNamesWithTheKnownOnes) {
  try {
    GateExpression("regime_flip > 0", values);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "expression 'regime_flip > 0': found the name 'regime_flip', expected one of d.mean_ct, "
                 "d.ratio_norm, regime_flips");
    EXPECT_EQ(error.exit_class(), ExitClass::usage);
  }
}

TEST(GateExpression, RejectsWhatItCannotRead) {
  for (const char* text :
       {"", "1 +", "(1", "1)", "1 2", "1 < 2 < 3", "abs(1, 2)", "sqrt(4)", "1 & 1", "regime_flips =", "$"}) {
    EXPECT_THROW(GateExpression(text, values), Error) << text;
  }
  EXPECT_THROW(GateExpression(std::string(5000, '('), values), Error);
  EXPECT_THROW(GateExpression(std::string(5000, '-') + "1", values), Error);
}

TEST(GateExpression, FailsOnUndefinedNumbersOnlyWhereTheyAreNeeded) {
  EXPECT_EQ(evaluate("regime_flips > 0 || d.mean_ct > 1"), 1);
  try {
    evaluate("d.mean_ct > 1");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "d.mean_ct: undefined: there is no baseline");
    EXPECT_EQ(error.exit_class(), ExitClass::numerics);
  }
  EXPECT_THROW(evaluate("1 / (regime_flips - 2)"), Error);
}

}  // namespace
}  // namespace phasescope::curvature
