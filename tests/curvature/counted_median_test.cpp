#include "phasescope/curvature/counted_median.h"

#include <cmath>
#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "phasescope/curvature/prompt_resampling.h"
#include "phasescope/stats/descriptive.h"

namespace phasescope::curvature {
namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

/// Seven prompts of two categories, some with several runs.
PromptResampling repeated_prompts() {
  PromptResampling resampling;
  for (const std::int64_t prompt : {4, 0, 0, 1, 2, 2, 2, 3, 5, 6})
    resampling.add(prompt % 2 == 0 ? "even" : "odd", prompt);
  return resampling;
}

std::vector<double> of_items(const std::vector<double>& values, const std::vector<std::size_t>& items) {
  std::vector<double> drawn;
  for (const std::size_t item : items) {
    if (!std::isnan(values[item])) drawn.push_back(values[item]);
  }
  return drawn;
}

void expect_equal(const std::vector<double>& found, const std::vector<double>& expected, double tolerance) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(std::isnan(found[i]), std::isnan(expected[i])) << i;
    if (!std::isnan(expected[i])) {
      EXPECT_NEAR(found[i], expected[i], tolerance * std::abs(expected[i])) << i;
    }
  }
}

// Against stats::median of the items of the same draws, of which some are of even and some of odd number; 50
// draws leave the last block of draws partly empty.
TEST(CountedMedian, IsTheMedianOfTheDrawnValues) {
  const PromptResampling resampling = repeated_prompts();
  for (const std::vector<double>& values :
       {std::vector<double>{3, 1, 2, 2, 9, 7, 7, 5, 0.5, 4},
        std::vector<double>{3, nothing, 2, nothing, 9, 7, nothing, 5, nothing, 4},
        std::vector<double>{1, nothing, nothing, nothing, nothing, nothing, nothing, nothing, nothing,
                            nothing}}) {
    const auto median_of = [&](const std::vector<std::size_t>& items) {
      const std::vector<double> drawn = of_items(values, items);
      return std::vector<double>{drawn.empty() ? nothing : stats::median(drawn)};
    };
    const stats::BootstrapOptions options{50, 3, "median", 0.95};
    const auto expected = resampling.bootstrap(median_of, options);
    const auto found = resampling.counted_bootstrap(1, CountedMedian(values), options);
    expect_equal(found.values[0], expected.values[0], 0);
    EXPECT_EQ(found.narrowness, expected.narrowness);
  }
}

TEST(CountedMeans, AreTheMeansOfTheDrawnValues) {
  const PromptResampling resampling = repeated_prompts();
  const std::vector<double> values = {3, 1, 2, 2, 9, 7, 7, 5, 0.5, 4};
  const auto mean_of = [&](const std::vector<std::size_t>& items) {
    return std::vector<double>{stats::mean(of_items(values, items))};
  };
  const auto means = [&](const stats::DrawCounts& counts, double* out) {
    counted_means(values, counts, out);
  };
  const stats::BootstrapOptions options{50, 3, "mean", 0.95};
  const auto expected = resampling.bootstrap(mean_of, options);
  expect_equal(resampling.counted_bootstrap(1, means, options).values[0], expected.values[0], 1e-14);
}

TEST(CountedBootstrap, OfOnePromptHasNoValues) {
  PromptResampling resampling;
  for (int run = 0; run < 5; ++run) resampling.add("a", 7);
  const auto draws = resampling.counted_bootstrap(1, CountedMedian({1, 2, 3, 4, 5}), {10, 1, "one", 0.95});
  EXPECT_FALSE(draws.reason.empty());
  EXPECT_TRUE(draws.values.empty());
}

}  // namespace
}  // namespace phasescope::curvature
