#include "phasescope/base/files.h"

#include "../temporary_folder.h"

#include <iterator>

#include <gtest/gtest.h>

#include "phasescope/base/error.h"

namespace phasescope {
namespace {

using testing::TemporaryFolder;

std::ptrdiff_t entries_in(const std::filesystem::path& folder) {
  return std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator());
}

TEST(AtomicFile, AppearsWholeAfterCommit) {
  const TemporaryFolder folder;
  AtomicFile file(folder / "report.json");
  file.write("one ");
  EXPECT_FALSE(std::filesystem::exists(folder / "report.json"));
  file.write("two");
  file.commit();
  EXPECT_EQ(read_text_file(folder / "report.json"), "one two");
  EXPECT_EQ(entries_in(folder.path()), 1);
}

TEST(AtomicFile, LeavesNothingBehindWithoutCommit) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "report.json", "old");
  { AtomicFile(folder / "report.json").write("half"); }
  EXPECT_EQ(read_text_file(folder / "report.json"), "old");
  EXPECT_EQ(entries_in(folder.path()), 1);
}

TEST(AtomicFile, SaysWhyItCannotBeCreated) {
  const TemporaryFolder folder;
  try {
    AtomicFile file(folder / "missing/report.json");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_class(), ExitClass::environment);
    EXPECT_NE(std::string(error.what()).find("No such file or directory"), std::string::npos);
  }
}

TEST(MappedFile, ShowsTheBytesAndRefusesFolders) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "bytes", "abc");
  const MappedFile mapped(folder / "bytes");
  ASSERT_EQ(mapped.size(), 3U);
  EXPECT_EQ(static_cast<char>(mapped.data()[2]), 'c');
  EXPECT_THROW(MappedFile(folder.path()), Error);
  write_file_atomically(folder / "empty", "");
  EXPECT_EQ(MappedFile(folder / "empty").size(), 0U);
}

}  // namespace
}  // namespace phasescope
