// Many processes in one folder of a sweep, half of them killed.
#include "faults.h"
#include "running_program.h"
#include "small_sweep.h"

#include <memory>

#include <gtest/gtest.h>
#include <signal.h>

#include "phasescope/base/files.h"

namespace phasescope::testing {
namespace {

/// Each of `count` processes does its share at the same time as the others. Every second is killed in the
/// middle of a point, before it puts its first, second ... file in place. The shares of the killed are then
/// run again.
void run_and_kill_half(const SmallSweep& sweep, const std::string& output, int count) {
  const auto share = [&](int number) {
    return sweep.arguments(output, {"--shard", std::to_string(number) + "/" + std::to_string(count)});
  };
  const auto is_killed = [](int number) { return number % 2 == 0; };
  const std::filesystem::path points = sweep / output / "points";
  create_folder(points);
  std::vector<std::unique_ptr<RunningProgram>> programs;
  for (int number = 1; number <= count; ++number) {
    const Surroundings killed = with_fault({"place", number / 2, "kill"}, points);
    programs.push_back(
        std::make_unique<RunningProgram>(share(number), is_killed(number) ? killed : Surroundings()));
  }
  for (int number = 1; number <= count; ++number) {
    const Outcome outcome = programs[static_cast<std::size_t>(number - 1)]->finish();
    EXPECT_EQ(outcome.exit_code, is_killed(number) ? 128 + SIGKILL : 0) << outcome.err;
  }
  for (int number = 1; number <= count; ++number) {
    if (!is_killed(number)) continue;
    const Outcome outcome = phasescope(share(number));
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  }
}

TEST(SweepProcesses, HalfOfThemKilled) {
  const SmallSweep sweep({"llama_gqa", "qwen2_tied"}, 8);
  ASSERT_EQ(sweep.run("whole").exit_code, 0);
  const auto whole = results_of(sweep / "whole");
  for (const int count : {2, 8, 16}) {
    const std::string output = "by-" + std::to_string(count);
    run_and_kill_half(sweep, output, count);
    const Outcome merged = sweep.merge({output});
    EXPECT_EQ(merged.exit_code, 0) << merged.err;
    EXPECT_EQ(results_of(sweep / output), whole) << count;
    const auto finished = finished_points(sweep / output);
    EXPECT_EQ(finished.size(), 16U);
    for (const auto& [point, times] : finished) EXPECT_EQ(times, 1) << point;
  }
}

}  // namespace
}  // namespace phasescope::testing
