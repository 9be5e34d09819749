#include "phasescope/curvature/prompt_resampling.h"

#include <cmath>

#include <gtest/gtest.h>

namespace phasescope::curvature {
namespace {

std::vector<double> as_numbers(const std::vector<std::size_t>& items) {
  return {items.begin(), items.end()};
}

TEST(PromptResampling, DrawsAPromptWithAllItsRuns) {
  PromptResampling resampling;
  for (const std::int64_t prompt : {0, 0, 1, 1, 2, 2}) resampling.add("a", prompt);
  EXPECT_EQ(resampling.prompts(), 3U);
  const auto draws = resampling.bootstrap(as_numbers, {50, 1, "runs", 0.95});
  ASSERT_EQ(draws.values.size(), 6U);
  for (std::size_t draw = 0; draw < 50; ++draw) {
    for (std::size_t i = 0; i < 6; i += 2) {
      EXPECT_EQ(static_cast<int>(draws.values[i][draw]) % 2, 0);
      EXPECT_EQ(draws.values[i + 1][draw], draws.values[i][draw] + 1);
    }
  }
  EXPECT_DOUBLE_EQ(draws.narrowness, std::sqrt(2.0 / 3));
}

TEST(PromptResampling, WithOneRunAPromptIsTheBootstrapOfRuns) {
  const std::vector<std::string> groups = {"a", "b", "a", "b", "b"};
  PromptResampling alone;
  PromptResampling numbered;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    alone.add(groups[i], -1);
    numbered.add(groups[i], static_cast<std::int64_t>(i));
  }
  const stats::BootstrapOptions options{40, 3, "same", 0.95};
  const auto expected = stats::stratified_bootstrap(stats::group_numbers(groups), as_numbers, options);
  EXPECT_EQ(alone.bootstrap(as_numbers, options).values, expected.values);
  EXPECT_EQ(numbered.bootstrap(as_numbers, options).values, expected.values);
  EXPECT_EQ(numbered.bootstrap(as_numbers, options).narrowness, expected.narrowness);
}

TEST(PromptResampling, OnePromptWithManyRunsGivesNoInterval) {
  PromptResampling resampling;
  for (int run = 0; run < 5; ++run) resampling.add("a", 7);
  EXPECT_FALSE(resampling.bootstrap(as_numbers, {10, 1, "one", 0.95}).reason.empty());
}

/// The variance of a mean over prompts whose runs are all alike is that of the prompts, not of the runs: with
/// values -1 and 1 of two equally large groups of prompts, 1/prompts.
TEST(PromptResampling, RepeatedRunsDoNotNarrowTheInterval) {
  std::vector<double> values;
  PromptResampling resampling;
  for (std::int64_t prompt = 0; prompt < 40; ++prompt) {
    for (int run = 0; run < 10; ++run) {
      values.push_back(prompt % 2 == 0 ? -1 : 1);
      resampling.add("a", prompt);
    }
  }
  const auto mean = [&](const std::vector<std::size_t>& items) {
    double sum = 0;
    for (const std::size_t item : items) sum += values[item];
    return std::vector<double>{sum / static_cast<double>(items.size())};
  };
  const auto draws = resampling.bootstrap(mean, {4000, 5, "variance", 0.95});
  double square = 0;
  for (const double value : draws.values[0]) square += value * value;
  EXPECT_NEAR(square / 4000, 1.0 / 40, 0.003);
}

}  // namespace
}  // namespace phasescope::curvature
