#include "phasescope/text/byte_trie.h"

#include <gtest/gtest.h>

namespace phasescope::text {
namespace {

TEST(ByteTrie, FindsPrefixesShortestFirst) {
  const ByteTrie trie({{"ab", 1}, {"a", 2}, {"abcd", 3}, {"b", 4}, {"\xC3\xA9", 5}});
  std::vector<std::pair<std::size_t, std::int64_t>> found;
  trie.for_each_prefix("abcx",
                       [&](std::size_t length, std::int64_t value) { found.emplace_back(length, value); });
  EXPECT_EQ(found, (std::vector<std::pair<std::size_t, std::int64_t>>{{1, 2}, {2, 1}}));
}

TEST(ByteTrie, FindsTheLongestPrefix) {
  const ByteTrie trie({{"ab", 1}, {"a", 2}, {"abcd", 3}, {"\xC3\xA9", 5}});
  EXPECT_EQ(trie.longest_prefix("abcde")->value, 3);
  EXPECT_EQ(trie.longest_prefix("abc")->value, 1);
  EXPECT_EQ(trie.longest_prefix("\xC3\xA9t\xC3\xA9")->length, 2U);
  EXPECT_FALSE(trie.longest_prefix("x"));
  EXPECT_FALSE(trie.longest_prefix(""));
}

TEST(ByteTrie, KeepsTheLastOfEqualKeysAndNoEmptyOne) {
  const ByteTrie trie({{"a", 1}, {"", 7}, {"a", 2}});
  EXPECT_EQ(trie.longest_prefix("a")->value, 2);
  EXPECT_FALSE(trie.longest_prefix("b"));
  EXPECT_TRUE(ByteTrie().empty());
  EXPECT_FALSE(ByteTrie().longest_prefix("a"));
}

}  // namespace
}  // namespace phasescope::text
