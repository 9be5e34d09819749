// Medians of resamples: source of what is expected is the sorted resample itself.
#include "phasescope/intelliton/item_median.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "phasescope/stats/descriptive.h"
#include "phasescope/stats/random.h"

namespace phasescope::intelliton {
namespace {

using stats::DrawCounts;

struct Values {
  std::vector<double> value;
  std::vector<std::size_t> item;
};

/// Several values an item, some items without one, many ties.
Values some_values(std::size_t items) {
  Values values;
  stats::RandomStream stream(3);
  for (std::size_t i = 0; i < 2 * items; ++i) {
    values.value.push_back(static_cast<double>(stream.below(items)));
    values.item.push_back(static_cast<std::size_t>(stream.below(items)));
  }
  return values;
}

double expected_median(const Values& values, const DrawCounts& counts, std::size_t draw) {
  std::vector<double> taken;
  for (std::size_t i = 0; i < values.value.size(); ++i)
    taken.insert(taken.end(), counts.of(values.item[i])[draw], values.value[i]);
  return taken.empty() ? NAN : stats::median(taken);
}

DrawCounts random_counts(std::size_t items, std::size_t draws) {
  DrawCounts counts{draws, std::vector<std::uint32_t>(items * DrawCounts::kDraws)};
  stats::RandomStream stream(5);
  for (std::size_t draw = 0; draw + 1 < draws; ++draw) {  // nothing is drawn in the last one
    for (std::size_t i = 0; i < items; ++i) ++counts.counts[stream.below(items) * DrawCounts::kDraws + draw];
  }
  return counts;
}

TEST(ItemMedian, OfManyDrawsIsThatOfEachSortedResample) {
  for (const std::size_t items : {1, 2, 7, 100, 333}) {
    const Values values = some_values(items);
    ItemMedian median;
    for (std::size_t i = 0; i < values.value.size(); ++i) median.add(values.value[i], values.item[i]);
    median.sort();
    const DrawCounts counts = random_counts(items, 13);
    std::vector<double> medians(counts.draws);
    median(counts, medians.data());
    for (std::size_t draw = 0; draw < counts.draws; ++draw) {
      const double expected = expected_median(values, counts, draw);
      Eigen::VectorXd alone(static_cast<Eigen::Index>(items));
      for (std::size_t i = 0; i < items; ++i) alone(static_cast<Eigen::Index>(i)) = counts.of(i)[draw];
      if (std::isnan(expected)) {
        EXPECT_TRUE(std::isnan(medians[draw])) << items;
        EXPECT_TRUE(std::isnan(median(alone))) << items;
      } else {
        EXPECT_EQ(medians[draw], expected) << items;
        EXPECT_EQ(median(alone), expected) << items;
      }
    }
  }
}

TEST(ItemMedian, IsUndefinedWithoutValues) {
  const ItemMedian median;
  EXPECT_TRUE(std::isnan(median(Eigen::VectorXd::Ones(3))));
}

}  // namespace
}  // namespace phasescope::intelliton
