#include "phasescope/stats/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "phasescope/base/threads.h"
#include "phasescope/stats/descriptive.h"

namespace phasescope::stats {
namespace {

std::vector<double> chosen(const std::vector<double>& values, const std::vector<std::size_t>& items) {
  std::vector<double> result;
  for (const std::size_t item : items) result.push_back(values[item]);
  return result;
}

TEST(StratifiedBootstrap, KeepsTheSizeOfEachGroup) {
  const std::vector<std::size_t> group_of = {0, 1, 0, 1, 1};
  const auto sizes = [&](const std::vector<std::size_t>& items) {
    const auto in_first =
        std::count_if(items.begin(), items.end(), [&](auto item) { return group_of[item] == 0; });
    return std::vector<double>{static_cast<double>(in_first), static_cast<double>(items.size())};
  };
  const BootstrapDraws draws = stratified_bootstrap(group_of, sizes, {50, 1, "sizes", 0.95});
  EXPECT_EQ(draws.values[0], std::vector<double>(50, 2));
  EXPECT_EQ(draws.values[1], std::vector<double>(50, 5));
}

// Closed form: the bootstrap distribution of a mean of 0s and 1s is binomial. With 20 zeros and 20 ones its
// 2.5 % and 97.5 % quantiles are 14/40 and 26/40.
TEST(StratifiedBootstrap, GivesTheBinomialInterval) {
  std::vector<double> values(40, 0);
  std::fill(values.begin() + 20, values.end(), 1);
  const auto mean_of = [&](const auto& items) { return std::vector<double>{mean(chosen(values, items))}; };
  const auto draws =
      stratified_bootstrap(std::vector<std::size_t>(40, 0), mean_of, {20000, 3, "binomial", 0.95});
  const Estimate estimate = with_percentile_interval(0.5, draws, 0);
  EXPECT_NEAR(estimate.low.value(), 14.0 / 40, 1e-12);
  EXPECT_NEAR(estimate.high.value(), 26.0 / 40, 1e-12);
  // Standard error of the bootstrap mean: sqrt(p (1 - p) / n).
  EXPECT_NEAR(population_deviation(draws.values[0]), std::sqrt(0.25 / 40), 0.002);
  EXPECT_NEAR(draws.narrowness, std::sqrt(39.0 / 40), 1e-15);
}

TEST(StratifiedBootstrap, HasNoIntervalForOneItemAGroup) {
  const auto anything = [](const auto&) { return std::vector<double>{1}; };
  const auto draws = stratified_bootstrap({0, 1, 2}, anything, {});
  const Estimate estimate = with_percentile_interval(1, draws, 0);
  EXPECT_EQ(estimate.value, 1);
  EXPECT_FALSE(estimate.low);
  EXPECT_FALSE(estimate.interval_reason.empty());
  EXPECT_EQ(draws.narrowness, 0);
  EXPECT_FALSE(stratified_bootstrap({}, anything, {}).reason.empty());
}

// The same draws as counts: what is expected comes from the drawn items themselves.
TEST(CountedBootstrap, CountsTheItemsOfStratifiedBootstrap) {
  const std::vector<std::size_t> group_of = {0, 1, 0, 1, 1, 2};
  const BootstrapOptions options{37, 8, "counts", 0.95};
  const auto count_items = [&](const std::vector<std::size_t>& items) {
    std::vector<double> counts(group_of.size(), 0);
    for (const std::size_t item : items) counts[item] += 1;
    return counts;
  };
  const auto copy_counts = [&](const DrawCounts& counts, double* values) {
    for (std::size_t i = 0; i < counts.counts.size(); ++i) values[i] = counts.counts[i];
  };
  const BootstrapDraws expected = stratified_bootstrap(group_of, count_items, options);
  const BootstrapDraws found = counted_bootstrap(group_of, group_of.size(), copy_counts, options);
  EXPECT_EQ(found.values, expected.values);
  EXPECT_EQ(found.narrowness, expected.narrowness);
  EXPECT_FALSE(counted_bootstrap({}, 0, copy_counts, options).reason.empty());
}

// m = 4 items in each of 3 groups.
TEST(StratifiedBootstrap, TellsHowMuchTooNarrowIntervalsAre) {
  const auto anything = [](const auto&) { return std::vector<double>{1}; };
  const auto draws = stratified_bootstrap({0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2}, anything, {});
  EXPECT_NEAR(draws.narrowness, std::sqrt(3.0 / 4), 1e-15);
}

TEST(StratifiedBootstrap, DoesNotDependOnThreads) {
  const std::vector<double> values = {3, 1, 4, 1, 5, 9, 2, 6};
  const auto mean_of = [&](const auto& items) { return std::vector<double>{mean(chosen(values, items))}; };
  const std::vector<std::size_t> groups(8, 0);
  set_thread_count(1);
  const auto alone = stratified_bootstrap(groups, mean_of, {}).values;
  set_thread_count(4);
  EXPECT_EQ(stratified_bootstrap(groups, mean_of, {}).values, alone);
  set_thread_count(0);
}

TEST(PercentileInterval, LeavesOutUndefinedDraws) {
  BootstrapDraws draws;
  draws.values = {{1, std::numeric_limits<double>::quiet_NaN(), 1}};
  EXPECT_EQ(with_percentile_interval(1, draws, 0).high, 1);
  draws.values = {{std::numeric_limits<double>::quiet_NaN()}};
  EXPECT_FALSE(with_percentile_interval(1, draws, 0).interval_reason.empty());
}

TEST(GroupNumbers, CountByFirstAppearance) {
  EXPECT_EQ(group_numbers({"b", "a", "b", "c"}), (std::vector<std::size_t>{0, 1, 0, 2}));
}

}  // namespace
}  // namespace phasescope::stats
