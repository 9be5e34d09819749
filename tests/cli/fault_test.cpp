// Runs and sweeps that are killed before each single thing they do to a file, or meet an error there: what is
// left is whole, and the same command again ends with the bytes of an undisturbed process. How many things
// there are to be done is counted first.
#include "faults.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <set>
#include <tuple>

#include <gtest/gtest.h>

namespace phasescope::testing {
namespace {

constexpr int kKilled = 128 + 9;

FaultedCommand command_named(const std::string& name) {
  FaultedCommand command = name == "sweep"        ? FaultedCommand::sweep()
                           : name == "everything" ? FaultedCommand::run_of_everything()
                                                  : FaultedCommand::run();
  command.execute_undisturbed();
  return command;
}

class EveryOperation : public ::testing::TestWithParam<std::tuple<const char*, const char*>> {
 protected:
  /// Lets each operation of this test's kind meet the fault, judges what is left with `judge`, and resumes.
  template <class Judge>
  void meet_each(const std::string& kind, int error, Judge judge) {
    const int count = command_.count(operation_);
    ASSERT_GT(count, 0);
    for (int number = 1; number <= count && !HasFailure(); ++number) {
      const ::testing::ScopedTrace trace(__FILE__, __LINE__,
                                         kind + " at " + operation_ + " " + std::to_string(number));
      command_.clear();
      judge(command_.execute(with_fault({operation_, number, kind, error}, command_.folder())));
      command_.expect_resumed();
    }
    std::printf("%s: %s at %d x %s\n", std::get<0>(GetParam()), kind.c_str(), count, operation_.c_str());
  }
  void kill_at_each(const std::string& kind) {
    meet_each(kind, 0, [&](const Outcome& outcome) {
      EXPECT_EQ(outcome.exit_code, kKilled);
      command_.expect_nothing_half(true);
    });
  }
  void fail_at_each(const std::string& kind, int error) {
    meet_each(kind, error, [&](const Outcome& outcome) {
      command_.expect_one_error(outcome, error);
      command_.expect_nothing_half(false);
    });
  }

  FaultedCommand command_ = command_named(std::get<0>(GetParam()));
  std::string operation_ = std::get<1>(GetParam());
};

std::string name_of(const ::testing::TestParamInfo<EveryOperation::ParamType>& tested) {
  return std::string(std::get<0>(tested.param)) + "_" + std::get<1>(tested.param);
}

class KilledBefore : public EveryOperation {};

TEST_P(KilledBefore, EachIsResumed) {
  kill_at_each("kill");
}

INSTANTIATE_TEST_SUITE_P(Faults, KilledBefore,
                         ::testing::Combine(::testing::Values("run", "sweep"),
                                            ::testing::Values("create", "write", "flush", "place", "remove")),
                         name_of);
INSTANTIATE_TEST_SUITE_P(OfEveryAnalysis, KilledBefore, ::testing::Values(std::tuple("everything", "place")),
                         name_of);

class FailureOf : public EveryOperation {};

TEST_P(FailureOf, EachOnAFullDiskIsOneErrorAndIsResumed) {
  fail_at_each("error", ENOSPC);
}

INSTANTIATE_TEST_SUITE_P(Faults, FailureOf,
                         ::testing::Combine(::testing::Values("run", "sweep"),
                                            ::testing::Values("create", "write", "flush", "place")),
                         name_of);

class FailureOnABrokenDiskOf : public EveryOperation {};

TEST_P(FailureOnABrokenDiskOf, EachIsOneErrorAndIsResumed) {
  fail_at_each("error", EIO);
}

INSTANTIATE_TEST_SUITE_P(Faults, FailureOnABrokenDiskOf,
                         ::testing::Combine(::testing::Values("run", "sweep"),
                                            ::testing::Values("write", "flush", "place")),
                         name_of);

class PartOf : public EveryOperation {};

TEST_P(PartOf, EachWriteIsCompleted) {
  meet_each("short", 0, [](const Outcome& outcome) {
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(outcome.err, "");
  });
}

TEST_P(PartOf, EachWriteBeforeAKillIsResumed) {
  kill_at_each("torn-kill");
}

TEST_P(PartOf, EachWriteBeforeTheDiskIsFullIsOneErrorAndIsResumed) {
  fail_at_each("torn-error", ENOSPC);
}

INSTANTIATE_TEST_SUITE_P(Faults, PartOf,
                         ::testing::Combine(::testing::Values("run", "sweep"), ::testing::Values("write")),
                         name_of);

/// What a power failure could still take away.
class Volatile {
 public:
  void apply(const FileOperation& operation) {
    const std::filesystem::path path = operation.path;
    const bool is_temporary = path.extension() == ".XXXXXX";
    if ((operation.operation == "create" && !is_temporary) || operation.operation == "place")
      names_.insert(path.parent_path().string());
    if (operation.operation == "write") contents_.insert(operation.path);
    if (operation.operation == "flush" && contents_.erase(operation.path) + names_.erase(operation.path) > 0)
      ++flushed_;
    if (operation.operation == "place" && contents_.erase(operation.from) > 0)
      placed_early_ += operation.path + " ";
    if (operation.operation == "remove") contents_.erase(operation.path);
  }
  /// Files whose bytes, and folders whose names, are not on the disk.
  std::string left() const {
    std::string text;
    for (const std::string& name : names_) text += "names in " + name + " ";
    for (const std::string& file : contents_) text += file + " ";
    return text;
  }
  /// Files that had a name before their bytes were on the disk.
  const std::string& placed_early() const { return placed_early_; }
  int flushed() const { return flushed_; }

 private:
  std::set<std::string> names_, contents_;
  std::string placed_early_;
  int flushed_ = 0;
};

/// A line of a sweep's journal, a line of a run's, the manifest that says "complete": before each of them
/// everything it counts on must be on the disk.
bool counts(const FileOperation& operation, const std::string& file) {
  const bool happens = operation.operation == (file == "all.jsonl" ? "write" : "place");
  return happens && std::filesystem::path(operation.path).filename() == file;
}

class Order : public ::testing::TestWithParam<std::tuple<const char*, const char*>> {};

TEST_P(Order, NothingCountsBeforeItIsOnTheDisk) {
  const auto& [name, file] = GetParam();
  const FaultedCommand command = command_named(name);
  Volatile disk;
  int judged = 0;
  for (const FileOperation& operation : command.operations()) {
    if (std::filesystem::path(operation.path).filename().string().front() == '.') continue;  // a lock
    if (counts(operation, file)) {
      ++judged;
      EXPECT_EQ(disk.left(), "") << "when " << operation.path << " is written";
    }
    disk.apply(operation);
  }
  EXPECT_GT(judged, 1);
  EXPECT_GT(disk.flushed(), judged);
  EXPECT_EQ(disk.left(), "") << "at the end";
  EXPECT_EQ(disk.placed_early(), "");
}

INSTANTIATE_TEST_SUITE_P(Faults, Order,
                         ::testing::Values(std::tuple("run", "journal.jsonl"),
                                           std::tuple("run", "manifest.json"),
                                           std::tuple("sweep", "all.jsonl")),
                         [](const auto& tested) {
                           const std::filesystem::path file = std::get<1>(tested.param);
                           return std::string(std::get<0>(tested.param)) + "_" + file.stem().string();
                         });

}  // namespace
}  // namespace phasescope::testing
