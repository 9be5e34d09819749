#include "phasescope/sweep/shard.h"

#include <cstdlib>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "phasescope/base/error.h"

namespace phasescope::sweep {
namespace {

TEST(Shard, TakesConsecutivePointsEachOnce) {
  for (std::size_t points = 0; points <= 20; ++points) {
    for (std::size_t count = 1; count <= 25; ++count) {
      std::size_t next = 0;
      for (std::size_t number = 1; number <= count; ++number) {
        const auto [first, last] = Shard{number, count}.range(points);
        EXPECT_EQ(first, next);
        EXPECT_LE(first, last);
        EXPECT_LE(last - first, points / count + 1);
        EXPECT_GE(last - first, points / count);
        next = last;
      }
      EXPECT_EQ(next, points);
    }
  }
}

TEST(Shard, IsReadAndNamed) {
  const Shard shard = parse_shard("2/8");
  EXPECT_EQ(shard.number, 2U);
  EXPECT_EQ(shard.count, 8U);
  EXPECT_EQ(shard.text(), "2/8");
  EXPECT_EQ(shard.file_name(), "2-of-8");
  EXPECT_FALSE(shard.is_whole());
  EXPECT_TRUE(parse_shard("1/1").is_whole());
}

TEST(Shard, RefusesWhatIsNone) {
  for (const char* text : {"", "0/2", "3/2", "1", "1/", "/2", "1/2/3", "-1/2", "1/0", "a/b", "1 /2",
                           "1/99999999999999999999", "Slurm"}) {
    try {
      parse_shard(text);
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.exit_class(), ExitClass::usage) << text;
    }
  }
}

class SlurmShard : public ::testing::Test {
 protected:
  void TearDown() override { set({}); }
  static void set(const std::map<std::string, std::string>& variables) {
    for (const char* name : {"ID", "COUNT", "MIN", "MAX", "STEP"}) {
      const std::string whole = std::string("SLURM_ARRAY_TASK_") + name;
      const auto found = variables.find(name);
      if (found == variables.end())
        ::unsetenv(whole.c_str());
      else
        ::setenv(whole.c_str(), found->second.c_str(), 1);
    }
  }
};

/// The variables as sbatch(1) describes them.
TEST_F(SlurmShard, FollowsTheArray) {
  set({{"ID", "3"}, {"COUNT", "8"}, {"MIN", "1"}, {"MAX", "8"}, {"STEP", "1"}});
  EXPECT_EQ(parse_shard("slurm").text(), "3/8");
  set({{"ID", "0"}, {"COUNT", "4"}, {"MIN", "0"}, {"MAX", "3"}});
  EXPECT_EQ(parse_shard("slurm").text(), "1/4");
  set({{"ID", "9"}, {"COUNT", "4"}, {"MIN", "1"}, {"MAX", "13"}, {"STEP", "4"}});
  EXPECT_EQ(parse_shard("slurm").text(), "3/4");
  set({{"ID", "5"}, {"COUNT", "1"}, {"MIN", "5"}, {"MAX", "5"}, {"STEP", "1"}});
  EXPECT_EQ(parse_shard("slurm").text(), "1/1");
}

TEST_F(SlurmShard, RefusesArraysWithGapsAndNoArray) {
  set({{"ID", "7"}, {"COUNT", "2"}, {"MIN", "3"}, {"MAX", "7"}, {"STEP", "1"}});
  try {
    parse_shard("slurm");
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_class(), ExitClass::usage);
    EXPECT_THAT(error.what(), ::testing::HasSubstr("from 3 to 7 has 2 tasks"));
  }
  set({});
  try {
    parse_shard("slurm");
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_class(), ExitClass::environment);
    EXPECT_THAT(error.what(), ::testing::HasSubstr("SLURM_ARRAY_TASK_ID is not set"));
  }
}

}  // namespace
}  // namespace phasescope::sweep
