#include "phasescope/base/journal.h"

#include "../temporary_folder.h"

#include <gtest/gtest.h>

#include "phasescope/base/error.h"
#include "phasescope/base/files.h"
#include "phasescope/base/sha256.h"

namespace phasescope {
namespace {

class JournalTest : public ::testing::Test {
 protected:
  static Json entry(int number) { return {{"point", "p" + std::to_string(number)}, {"status", "complete"}}; }
  void append(int first, int last) const {
    Journal journal(file_);
    for (int i = first; i <= last; ++i) journal.append(entry(i));
  }
  std::vector<Json> entries() const { return read_journal(file_).entries; }
  static std::vector<Json> entries(int first, int last) {
    std::vector<Json> list;
    for (int i = first; i <= last; ++i) list.push_back(entry(i));
    return list;
  }

  testing::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / "journal.jsonl";
};

TEST_F(JournalTest, OneThatIsMissingIsEmpty) {
  EXPECT_TRUE(entries().empty());
  EXPECT_FALSE(std::filesystem::exists(file_));
}

TEST_F(JournalTest, GrowsOverSeveralProcessesLives) {
  append(1, 2);
  append(3, 3);
  EXPECT_EQ(entries(), entries(1, 3));
}

TEST_F(JournalTest, LinesAreJsonWithACheckOfTheRest) {
  append(1, 1);
  const std::string object = R"({"point":"p1","status":"complete"})";
  const std::string check = sha256_of_text(object).substr(0, 16);
  EXPECT_EQ(read_text_file(file_), R"({"point":"p1","status":"complete","check":")" + check + "\"}\n");
}

/// Every length at which a write can have been cut.
TEST_F(JournalTest, ACutLastLineIsLeftOutAndReplaced) {
  append(1, 2);
  const std::string whole = read_text_file(file_);
  const std::size_t first = whole.find('\n') + 1;
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    write_file_atomically(file_, whole.substr(0, length));
    const int intact = length < first ? 0 : length < whole.size() ? 1 : 2;
    EXPECT_EQ(entries(), entries(1, intact)) << length;
    append(intact + 1, 3);
    EXPECT_EQ(entries(), entries(1, 3)) << length;
  }
}

TEST_F(JournalTest, AChangedByteInTheMiddleIsRefusedByLine) {
  append(1, 3);
  const std::string whole = read_text_file(file_);
  const std::size_t last = whole.rfind('\n', whole.size() - 2) + 1;
  for (std::size_t i = 0; i < last; ++i) {
    std::string changed = whole;
    changed[i] = changed[i] == 'x' ? 'y' : 'x';
    write_file_atomically(file_, changed);
    // A line end that is lost joins two lines; the joined one is the last where it was that of line 2.
    if (i + 1 == last) {
      EXPECT_EQ(entries(), entries(1, 1));
      continue;
    }
    const int line = i < whole.find('\n') + 1 ? 1 : 2;
    for (const bool reading : {true, false}) {
      try {
        if (reading)
          read_journal(file_);
        else
          Journal journal(file_);
        ADD_FAILURE() << i;
      } catch (const Error& error) {
        EXPECT_EQ(error.exit_class(), ExitClass::folder_busy);
        EXPECT_EQ(std::string(error.what()), file_.string() + ": at line " + std::to_string(line) +
                                                 ": is not as it was written, expected an intact journal, or "
                                                 "another folder")
            << i;
      }
    }
    EXPECT_EQ(read_text_file(file_), changed);
  }
}

TEST_F(JournalTest, AChangedLastLineIsLeftOut) {
  append(1, 2);
  std::string changed = read_text_file(file_);
  changed[changed.size() - 30] ^= 1;
  write_file_atomically(file_, changed);
  EXPECT_EQ(entries(), entries(1, 1));
}

TEST_F(JournalTest, NeedsItsFolder) {
  try {
    Journal journal(folder_ / "missing/journal.jsonl");
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_class(), ExitClass::environment);
  }
}

}  // namespace
}  // namespace phasescope
