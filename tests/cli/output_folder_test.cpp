// Where a run may write: folders that cannot be made or written, and folders that others hold.
#include "../model_cases.h"
#include "../places.h"
#include "../temporary_folder.h"
#include "documents.h"
#include "program.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include "phasescope/base/files.h"

namespace phasescope::testing {
namespace {

class OutputFolder : public ::testing::Test {
 protected:
  OutputFolder() { write_file_atomically(prompts_, "{\"prompt\": \"The cat sat on the mat\"}\n"); }

  Outcome run(const std::filesystem::path& output, const Surroundings& surroundings = {}) const {
    return phasescope({"run", "-m", model_of_case("llama_gqa"), "-p", prompts_ + ":ct", "-o", output.string(),
                       "--max-new-tokens", "4"},
                      surroundings);
  }
  Outcome analyze(const std::filesystem::path& output) const {
    return phasescope({"analyze", test_data() / "intelliton/case03.safetensors", "-o", output.string()});
  }

  TemporaryFolder folder_;
  std::string prompts_ = (folder_ / "set.jsonl").string();
};

TEST_F(OutputFolder, ThatIsAFile) {
  const std::string reason = ": folder cannot be created (Not a directory)";
  expect_error(run(prompts_), 4, prompts_ + reason);
  expect_error(run(prompts_ + "/below"), 4, prompts_ + "/below" + reason);
  expect_error(analyze(prompts_), 4, prompts_ + reason);
}

TEST_F(OutputFolder, ThatCannotBeMade) {
  expect_error(run("/proc/phasescope"), 4,
               "/proc/phasescope: folder cannot be created (No such file or directory)");
}

TEST_F(OutputFolder, WithoutPermission) {
  const std::filesystem::path closed = folder_ / "closed";
  std::filesystem::create_directory(closed);
  std::filesystem::permissions(closed,
                               std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  Surroundings ordinary;
  ordinary.obeys_permissions = true;
  expect_error(run(closed / "out", ordinary), 4,
               (closed / "out").string() + ": folder cannot be created (Permission denied)");
  expect_error(run(closed, ordinary), 4,
               (closed / ".lock").string() + ": cannot be created (Permission denied)");
}

TEST_F(OutputFolder, InputsWithoutPermission) {
  std::filesystem::permissions(prompts_, std::filesystem::perms::none);
  Surroundings ordinary;
  ordinary.obeys_permissions = true;
  expect_error(run(folder_ / "out", ordinary), 4, prompts_ + ": cannot be opened (Permission denied)");
}

TEST_F(OutputFolder, ThatAnotherProcessHolds) {
  const std::filesystem::path held = folder_ / "held";
  std::filesystem::create_directory(held);
  const int lock = ::open((held / ".lock").c_str(), O_RDWR | O_CREAT, 0666);
  ASSERT_EQ(::flock(lock, LOCK_EX), 0);
  const std::string busy = held.string() + ": another phasescope is writing here";
  expect_error(run(held), 6, busy);
  expect_error(analyze(held), 6, busy);
  EXPECT_EQ(files_in(held), std::set<std::string>{".lock"});
  ::close(lock);
  // A lock file that nobody holds, as a process leaves that was killed, is no obstacle.
  EXPECT_EQ(analyze(held).exit_code, 0);
  EXPECT_EQ(files_in(held).count(".lock"), 0U);
}

TEST_F(OutputFolder, WithManifestsThatAreNone) {
  const std::filesystem::path folder = folder_ / "out";
  const std::string manifest = (folder / "manifest.json").string();
  create_folder(folder);
  write_file_atomically(manifest, "{");
  expect_error_beginning(analyze(folder), 3, manifest + ": JSON at byte ");
  write_file_atomically(manifest, "[]");
  expect_error(analyze(folder), 3, manifest + ": JSON: found array, expected an object");
  write_file_atomically(manifest, "{}");
  expect_error_beginning(analyze(folder), 6, manifest + ": holds another run: states: absent before, ");
}

/// A limit on the size of files stands for a full disk: the write fails in the middle of a file.
TEST_F(OutputFolder, ThatIsFull) {
  const std::filesystem::path folder = folder_ / "full";
  Surroundings full;
  full.largest_file = 2000;
  const std::string manifest = (folder / "manifest.json").string();
  expect_error(run(folder, full), 4, manifest + ": cannot be written (File too large)");
  EXPECT_EQ(files_in(folder), std::set<std::string>()) << "half of a file was left";
}

}  // namespace
}  // namespace phasescope::testing
