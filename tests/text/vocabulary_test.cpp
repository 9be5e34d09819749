#include "phasescope/text/vocabulary.h"

#include "error_message.h"

#include <gtest/gtest.h>

#include "phasescope/text/merge_table.h"

namespace phasescope::text {
namespace {

using testing::message_of;

TEST(Vocabulary, MapsBothWaysAndAllowsGaps) {
  const Vocabulary vocabulary({{"a", 0}, {"b", 5}}, "t.json", "model.vocab");
  EXPECT_EQ(vocabulary.id("b"), 5);
  EXPECT_FALSE(vocabulary.id("c"));
  EXPECT_EQ(*vocabulary.token(5), "b");
  EXPECT_EQ(vocabulary.token(3), nullptr);
  EXPECT_EQ(vocabulary.token(-1), nullptr);
  EXPECT_EQ(vocabulary.token(6), nullptr);
  EXPECT_EQ(vocabulary.size(), 2);
  EXPECT_EQ(vocabulary.id_limit(), 6);
}

TEST(Vocabulary, DoesNotLetAnIdSizeItsTables) {
  EXPECT_EQ(message_of([] {
              Vocabulary({{"a", 4000000000}}, "t.json", "model.vocab");
            }),
            "t.json: model.vocab: token \"a\" has id 4000000000, expected an id from 0 to 65540");
  EXPECT_NE(message_of([] { Vocabulary({{"a", -1}}, "t.json", "model.vocab"); }), "no error");
}

TEST(MergeTable, FindsWhatWasInsertedAfterGrowing) {
  MergeTable table(0);
  for (std::uint32_t i = 0; i < 5000; ++i) table.insert(i, i * 7, {i, i + 1});
  table.insert(3, 21, {99, 98});
  for (std::uint32_t i = 0; i < 5000; ++i) {
    const MergeTable::Merge* found = table.find(i, i * 7);
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->rank, i == 3 ? 99U : i);
  }
  EXPECT_EQ(table.find(1, 8), nullptr);
}

}  // namespace
}  // namespace phasescope::text
