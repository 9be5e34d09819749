#include "phasescope/base/files.h"

#include "../temporary_folder.h"

#include <iterator>
#include <string>
#include <vector>

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

TEST(AtomicFile, OfAKilledProcessIsRemovedAndNothingElse) {
  const TemporaryFolder folder;
  const std::vector<std::string> others = {"report.json", "report.a1B2c3", "notes.txt.a1B2c3", "a.csv.12345",
                                           "a.csv.1234567"};
  for (const std::string& name : others) write_file_atomically(folder / name, "kept");
  for (const char* name : {"report.json.a1B2c3", "a.csv.XyZ123", "steps.jsonl.000000", "one.svg.AAAAAA",
                           "report.html.q1q1q1", "batch-0001.bin.zzzzzz", "states-0001.safetensors.b4b4b4"})
    write_file_atomically(folder / name, "half");
  create_folder(folder / "folder.json.a1B2c3");
  remove_unfinished_files(folder.path());
  remove_unfinished_files(folder / "missing");
  for (const std::string& name : others) EXPECT_TRUE(std::filesystem::exists(folder / name)) << name;
  EXPECT_EQ(entries_in(folder.path()), static_cast<std::ptrdiff_t>(others.size()) + 1);
}

TEST(CreatedFile, IsTheFirstOfTwo) {
  const TemporaryFolder folder;
  EXPECT_TRUE(create_file_atomically(folder / "plan.json", "first"));
  EXPECT_FALSE(create_file_atomically(folder / "plan.json", "second"));
  EXPECT_EQ(read_text_file(folder / "plan.json"), "first");
  EXPECT_EQ(entries_in(folder.path()), 1);
}

TEST(CreatedFolder, ComesWithItsParents) {
  const TemporaryFolder folder;
  create_folder(folder / "a/b/c/");
  EXPECT_TRUE(std::filesystem::is_directory(folder / "a/b/c"));
  EXPECT_NO_THROW(create_folder(folder / "a/b"));
  write_file_atomically(folder / "file", "");
  try {
    create_folder(folder / "file/below");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()),
              (folder / "file/below").string() + ": folder cannot be created (Not a directory)");
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
