#include "kv_cache.h"

#include <set>

#include <gtest/gtest.h>

namespace phasescope::model {
namespace {

checkpoint::Architecture architecture() {
  checkpoint::Architecture a;
  a.blocks = 3;
  a.heads = 4;
  a.key_value_heads = 2;
  a.head_dim = 5;
  return a;
}

TEST(KvCache, HasAPlaceOfItsOwnForEachSequenceBlockAndKind) {
  KvCache cache(architecture(), {4, 1, 7});
  std::set<float*> entries;
  std::size_t expected = 0;
  for (std::int64_t block = 0; block < 3; ++block) {
    for (std::size_t sequence = 0; sequence < 3; ++sequence) {
      for (const Matrix& place : {cache.keys(block, sequence), cache.values(block, sequence)}) {
        EXPECT_EQ(place.columns, 10);
        EXPECT_EQ(place.stride, 10);
        for (std::int64_t r = 0; r < place.rows; ++r)
          for (std::int64_t c = 0; c < place.columns; ++c) entries.insert(place.row(r) + c);
        expected += static_cast<std::size_t>(place.rows * place.columns);
      }
    }
  }
  EXPECT_EQ(expected, 2U * 3 * (4 + 1 + 7) * 10);
  EXPECT_EQ(entries.size(), expected);
}

TEST(KvCache, KeepsWhatIsWritten) {
  KvCache cache(architecture(), {2, 3});
  cache.keys(2, 0).row(1)[9] = 8;
  cache.keys(1, 0).row(1)[9] = 5;
  cache.keys(1, 1).row(0)[0] = 6;
  cache.values(1, 0).row(1)[9] = 7;
  EXPECT_EQ(cache.keys(1, 0).row(1)[9], 5);
  EXPECT_EQ(cache.keys(1, 1).row(0)[0], 6);
  EXPECT_EQ(cache.values(1, 0).row(1)[9], 7);
  EXPECT_EQ(cache.keys(2, 0).row(1)[9], 8);
}

TEST(KvCache, SequencesThatDoNotGenerateHaveNoPlace) {
  KvCache cache(architecture(), {0, 2, 0});
  EXPECT_EQ(cache.keys(0, 0).data, nullptr);
  EXPECT_EQ(cache.values(2, 2).data, nullptr);
  EXPECT_EQ(cache.keys(0, 1).rows, 2);
}

}  // namespace
}  // namespace phasescope::model
