// Runs and sweeps on disks that are full, at every size that is too small, and on disks and in folders that
// cannot be written.
#include "documents.h"
#include "faults.h"
#include "mounts.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include <gtest/gtest.h>

namespace phasescope::testing {
namespace {

/// A run or sweep whose output folder lies on a small file system of its own.
class OnADisk : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const std::string problem = enter_private_mounts();
    if (!problem.empty()) GTEST_SKIP() << problem;
    command_.execute_undisturbed();
    command_.clear();
    command_.set_output(disk_ / "out");
  }

  /// Disks of `step`, 2 x `step` ... of an option until one is large enough: each time one error that names a
  /// file, nothing half, and after room is made the rest.
  void fill(const std::string& option, int step) {
    int full = 0;
    for (int size = step; !HasFailure(); size += step) {
      const ::testing::ScopedTrace trace(__FILE__, __LINE__, option + "=" + std::to_string(size));
      const MemoryFileSystem disk(disk_, option + "=" + std::to_string(size));
      const Outcome outcome = command_.execute();
      if (outcome.exit_code == 0) {
        command_.expect_finished();
        break;
      }
      ++full;
      command_.expect_one_error(outcome, ENOSPC);
      command_.expect_nothing_half(false);
      disk.change(option == "size" ? "size=64m" : "nr_inodes=10000");
      command_.expect_resumed();
    }
    EXPECT_GT(full, 10);
    std::printf("%s: %d disks too small in %s\n", GetParam(), full, option.c_str());
  }

  FaultedCommand command_ =
      GetParam() == std::string("sweep") ? FaultedCommand::sweep() : FaultedCommand::run();
  std::filesystem::path disk_ = std::filesystem::canonical(command_.folder()) / "disk";
};

TEST_P(OnADisk, ThatIsFull) {
  fill("size", 4096);  // a page
}

TEST_P(OnADisk, ThatTakesNoMoreFiles) {
  fill("nr_inodes", 1);
}

TEST_P(OnADisk, ThatIsReadOnly) {
  const MemoryFileSystem disk(disk_, "size=64m");
  disk.make_read_only(true);
  expect_error(command_.execute(), 4,
               command_.output().string() + ": folder cannot be created (Read-only file system)");
  disk.make_read_only(false);
  std::filesystem::create_directory(command_.output());
  disk.make_read_only(true);
  expect_error(command_.execute(), 4,
               (command_.output() / ".lock").string() + ": cannot be created (Read-only file system)");
  EXPECT_EQ(files_in(disk_), std::set<std::string>());
  disk.make_read_only(false);
  command_.expect_resumed();
}

TEST_P(OnADisk, ThatBecomesReadOnlyOnceAllIsDone) {
  const MemoryFileSystem disk(disk_, "size=64m");
  command_.expect_resumed();
  disk.make_read_only(true);
  expect_error(command_.execute(), 4,
               (command_.output() / ".lock").string() + ": cannot be created (Read-only file system)");
  command_.expect_finished();
  if (GetParam() != std::string("sweep")) return;
  const std::filesystem::path merged = command_.folder() / "merged";
  const Outcome outcome = phasescope({"merge", command_.output().string(), "-o", merged.string()});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(contents_of(merged).at("sweep.json"), contents_of(command_.output()).at("sweep.json"));
  expect_error(phasescope({"merge", command_.output().string()}), 4,
               (command_.output() / ".merging").string() + ": cannot be created (Read-only file system)");
}

INSTANTIATE_TEST_SUITE_P(Of, OnADisk, ::testing::Values("run", "sweep"),
                         [](const auto& tested) { return std::string(tested.param); });

/// Ordinary users may not write everywhere.
class WithoutPermission : public ::testing::TestWithParam<const char*> {
 protected:
  WithoutPermission() { ordinary_.obeys_permissions = true; }
  void close(const std::filesystem::path& folder) const {
    using std::filesystem::perms;
    std::filesystem::permissions(folder, perms::owner_read | perms::owner_exec);
  }
  void open(const std::filesystem::path& folder) const {
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all);
  }

  FaultedCommand command_ =
      GetParam() == std::string("sweep") ? FaultedCommand::sweep() : FaultedCommand::run();
  Surroundings ordinary_;
};

TEST_P(WithoutPermission, NothingIsLeftAndTheRestFollowsOnceItIsThere) {
  command_.execute_undisturbed();
  command_.clear();
  std::filesystem::create_directory(command_.output());
  close(command_.output());
  expect_error(command_.execute(ordinary_), 4,
               (command_.output() / ".lock").string() + ": cannot be created (Permission denied)");
  EXPECT_EQ(files_in(command_.output()), std::set<std::string>());
  open(command_.output());
  command_.expect_resumed();
}

INSTANTIATE_TEST_SUITE_P(Of, WithoutPermission, ::testing::Values("run", "sweep"),
                         [](const auto& tested) { return std::string(tested.param); });

/// A folder of the sweep that a stranger has closed is no fault of one point: the sweep ends.
TEST(SweepWithoutPermission, InTheMiddleEndsTheSweepAndIsResumed) {
  FaultedCommand command = FaultedCommand::sweep();
  command.execute_undisturbed();
  std::filesystem::path second;
  for (const auto& entry : std::filesystem::directory_iterator(command.output() / "points"))
    second = std::max(second, entry.path());
  command.clear();
  std::filesystem::create_directories(second);
  std::filesystem::permissions(second, std::filesystem::perms::owner_exec);
  Surroundings ordinary;
  ordinary.obeys_permissions = true;
  expect_error(command.execute(ordinary), 4,
               (second / ".lock").string() + ": cannot be created (Permission denied)");
  EXPECT_EQ(finished_points(command.output()).size(), 1U) << "what came before stays";
  std::filesystem::permissions(second, std::filesystem::perms::owner_all);
  command.expect_resumed();
}

}  // namespace
}  // namespace phasescope::testing
