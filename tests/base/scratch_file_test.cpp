#include "phasescope/base/scratch_file.h"

#include "../temporary_folder.h"

#include <gtest/gtest.h>

#include "phasescope/base/error.h"

namespace phasescope {
namespace {

TEST(ScratchFile, GivesBackWhatWasPutThere) {
  const testing::TemporaryFolder folder;
  ScratchFile file(folder.path());
  const std::string long_text(100000, 'x');
  const ScratchRange first = file.put("one"), second = file.put(""), third = file.put(long_text);
  EXPECT_EQ(file.get(third), long_text);
  EXPECT_EQ(file.get(first), "one");
  EXPECT_EQ(file.get(second), "");
}

TEST(ScratchFile, HasNoName) {
  const testing::TemporaryFolder folder;
  ScratchFile file(folder.path());
  file.put("something");
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(ScratchFile, SaysWhereItCannotBeMade) {
  const testing::TemporaryFolder folder;
  ScratchFile file(folder / "missing");
  EXPECT_THROW(file.put("something"), Error);
}

}  // namespace
}  // namespace phasescope
