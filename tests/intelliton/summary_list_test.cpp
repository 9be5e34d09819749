#include "phasescope/intelliton/summary_list.h"

#include "../temporary_folder.h"

#include <gtest/gtest.h>

namespace phasescope::intelliton {
namespace {

FieldSummary summary_of(const std::string& name, Eigen::Index modes) {
  FieldSummary summary;
  summary.name = name;
  summary.tokens = modes + 3;
  summary.amplitude = Eigen::VectorXd::LinSpaced(modes, 1, static_cast<double>(modes));
  summary.has_pole.assign(static_cast<std::size_t>(modes), true);
  summary.matched.growth_rate.assign(static_cast<std::size_t>(modes), 0.5);
  summary.matched.growth_rate.front().reset();
  return summary;
}

void expect_equal(const FieldSummary& found, const FieldSummary& expected) {
  EXPECT_EQ(found.name, expected.name);
  EXPECT_EQ(found.tokens, expected.tokens);
  EXPECT_EQ(found.amplitude, expected.amplitude);
  EXPECT_EQ(found.has_pole, expected.has_pole);
  EXPECT_EQ(found.matched.growth_rate, expected.matched.growth_rate);
}

TEST(SummaryList, ShowsWhatIsInMemoryAndOnDiskInOrder) {
  const testing::TemporaryFolder folder;
  const auto file = std::make_shared<SummaryFile>(folder.path());
  SummaryList list;
  std::vector<FieldSummary> expected;
  for (int i = 0; i < 700; ++i) {  // more than are read at a time
    expected.push_back(summary_of("a/" + std::to_string(i), 2 + i % 5));
    if (i % 7 == 0) {
      list.add(expected.back());
    } else {
      list.add(file, file->put(expected.back()), expected.back().amplitude.size());
    }
  }
  ASSERT_EQ(list.size(), expected.size());
  std::size_t next = 0;
  list.show([&](std::size_t first, const std::vector<const FieldSummary*>& shown) {
    EXPECT_EQ(first, next);
    for (const FieldSummary* summary : shown) expect_equal(*summary, expected[next++]);
  });
  EXPECT_EQ(next, expected.size());
  expect_equal(list[1], expected[1]);
  EXPECT_EQ(list.modes(1), 3);
  EXPECT_EQ(list.in_memory(1), nullptr);
  ASSERT_NE(list.in_memory(7), nullptr);
  expect_equal(*list.in_memory(7), expected[7]);
}

}  // namespace
}  // namespace phasescope::intelliton
