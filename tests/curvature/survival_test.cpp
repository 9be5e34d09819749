#include "phasescope/curvature/survival.h"

#include "trajectories.h"

#include <gtest/gtest.h>

namespace phasescope::curvature {
namespace {

/// A report of an adaptive model with nothing against it.
RegimeReport adaptive() {
  RegimeReport report;
  report.options.bands = testing::published_bands();
  const Bands& bands = report.options.bands;
  report.ratio.n_runs = report.ratio.n_compared = 10;
  report.ratio.n_distinguishable = 9;
  report.ratio.median.value = 2.5;
  report.ratio.placement = place(2.5, bands);
  report.ratio.confidence = {{"underactive", 0.02}, {"adaptive", 0.98}};
  report.ratio.null_median.value = 1.4;
  report.ratio.null_placement = place(1.4, bands);
  report.ratio.excess.value = 1.8;
  report.ratio.excess_side = Side::above;
  report.common_length.steps = 20;
  report.common_length.ratio.placement = place(2.4, bands);
  report.sensitivity = Sensitivity{40, 60, {}};
  return report;
}

std::vector<std::string> against(const RegimeReport& report) {
  return judge_survival(report).against;
}

TEST(Survival, IsStatedInOneSentence) {
  const Survival survival = judge_survival(adaptive());
  EXPECT_EQ(survival.survives, true);
  EXPECT_EQ(
      survival.sentence,
      "The regime adaptive (median ratio_norm 2.50) survives its null, a common length and resampling.");
}

TEST(Survival, AsksForAnExcessOverTheNull) {
  RegimeReport report = adaptive();
  report.ratio.excess_side = Side::inside;
  EXPECT_EQ(against(report), std::vector<std::string>{
                                 "its median excess over shuffled states (1.80) is not told apart from 1"});
  report.ratio.excess_side.reset();
  EXPECT_EQ(against(report), std::vector<std::string>{"too few runs to tell it from shuffled states"});
}

TEST(Survival, AsksForMostRunsToDifferFromTheirNull) {
  RegimeReport report = adaptive();
  report.ratio.n_distinguishable = 5;
  EXPECT_EQ(against(report), std::vector<std::string>{"only 5 of 10 runs differ from their shuffled states"});
}

TEST(Survival, AsksForANullOfAnotherRegime) {
  RegimeReport report = adaptive();
  report.ratio.null_placement = place(2.2, report.options.bands);
  EXPECT_EQ(against(report), std::vector<std::string>{"shuffled states get the same regime"});
}

TEST(Survival, AsksForTheSameRegimeAtACommonLength) {
  RegimeReport report = adaptive();
  report.common_length.ratio.placement = place(1.7, report.options.bands);
  EXPECT_EQ(against(report), std::vector<std::string>{"at a common length of 20 steps it is underactive"});
}

TEST(Survival, AsksForResamplesToAgree) {
  RegimeReport report = adaptive();
  report.ratio.confidence = {{"underactive", 0.3}, {"adaptive", 0.7}};
  EXPECT_EQ(against(report), std::vector<std::string>{"resampling the runs keeps it in only 70 % of draws"});
}

TEST(Survival, AsksForMostDefinitionsToAgree) {
  RegimeReport report = adaptive();
  report.sensitivity->same_regime = 30;
  EXPECT_EQ(against(report), std::vector<std::string>{"only 30 of 60 definitions agree"});
  report.sensitivity.reset();
  EXPECT_TRUE(against(report).empty());
}

TEST(Survival, AsksForTextsThatDoNotEndInALoop) {
  RegimeReport report = adaptive();
  report.collapse.n_samples = 10;
  report.collapse.n_looping = 5;
  EXPECT_TRUE(against(report).empty());
  report.collapse.n_looping = 6;
  EXPECT_EQ(against(report), std::vector<std::string>{"6 of 10 texts end in a loop"});
}

TEST(Survival, JoinsWhatSpeaksAgainst) {
  RegimeReport report = adaptive();
  report.ratio.n_compared = 0;
  report.sensitivity->same_regime = 1;
  EXPECT_EQ(judge_survival(report).sentence,
            "The regime adaptive (median ratio_norm 2.50) does not survive: no run could be compared with "
            "shuffled states; only 1 of 60 definitions agree.");
}

TEST(Survival, IsOpenWithoutARegime) {
  EXPECT_FALSE(judge_survival(RegimeReport{}).survives);
}

}  // namespace
}  // namespace phasescope::curvature
