#include "phasescope/run/run_folder.h"

#include "../result_files.h"
#include "../temporary_folder.h"

#include <gtest/gtest.h>

#include "phasescope/base/files.h"

namespace phasescope::run {
namespace {

class EarlierRun : public ::testing::Test {
 protected:
  /// A folder with this file in it, and every result of a run.
  explicit EarlierRun(const std::string& other = "notes.txt") : other_(folder_ / other) {
    for (const char* name : {"tables", "figures", "states"}) create_folder(folder_ / name);
    for (const std::string& name : testing::result_files({"ct", "species", "pairs", "dynamics"}, true))
      write_file_atomically(folder_ / name, "{}");
    write_file_atomically(folder_ / "report.html", "");  // made by a command of its own
    write_file_atomically(folder_ / "states/states-0001.safetensors", "");
    write_file_atomically(other_, "mine");
  }
  std::ptrdiff_t entries() const {
    return std::distance(std::filesystem::recursive_directory_iterator(folder_.path()),
                         std::filesystem::recursive_directory_iterator());
  }

  testing::TemporaryFolder folder_;
  std::filesystem::path other_;
};

TEST_F(EarlierRun, LeavesNothingButWhatIsNotOurs) {
  RunFolder(folder_.path()).remove_earlier_run(true);
  EXPECT_EQ(entries(), 1);
  EXPECT_EQ(read_text_file(other_), "mine");
}

TEST_F(EarlierRun, KeepsStatesThatAnAnalysisReads) {
  RunFolder(folder_.path()).remove_earlier_run(false);
  EXPECT_EQ(entries(), 3);
  EXPECT_TRUE(std::filesystem::exists(folder_ / "states/states-0001.safetensors"));
}

TEST_F(EarlierRun, WithoutAManifestIsNotTouched) {
  std::filesystem::remove(folder_ / "manifest.json");
  const std::ptrdiff_t before = entries();
  RunFolder(folder_.path()).remove_earlier_run(true);
  EXPECT_EQ(entries(), before);
}

TEST_F(EarlierRun, ThatWasKilledLosesItsTemporaryFiles) {
  const std::ptrdiff_t before = entries();
  for (const char* name : {"regime.json.a1B2c3", "tables/catalog.csv.a1B2c3", "figures/ct_null.svg.a1B2c3",
                           "states/states-0002.safetensors.a1B2c3"})
    write_file_atomically(folder_ / name, "half");
  RunFolder(folder_.path()).remove_unfinished_files();
  EXPECT_EQ(entries(), before);
}

}  // namespace
}  // namespace phasescope::run
