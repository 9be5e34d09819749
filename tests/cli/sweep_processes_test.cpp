// Many processes in one folder of a sweep, half of them killed.
#include "running_program.h"
#include "small_sweep.h"

#include <memory>

#include <gtest/gtest.h>
#include <signal.h>

namespace phasescope::testing {
namespace {

/// Every second of `count` processes is killed after its first point, or before, as it happens. The shares of
/// the killed are then run again.
void run_and_kill_half(const SmallSweep& sweep, const std::string& output, int count) {
  const auto share = [&](int number) {
    return sweep.arguments(output, {"--shard", std::to_string(number) + "/" + std::to_string(count)});
  };
  std::vector<std::unique_ptr<RunningProgram>> programs;
  for (int number = 1; number <= count; ++number) {
    std::vector<std::string> arguments = share(number);
    for (std::string& word : arguments) {
      if (word == "-q") word = "--progress=plain";
    }
    programs.push_back(std::make_unique<RunningProgram>(arguments));
  }
  for (int number = 1; number <= count; ++number) {
    RunningProgram& program = *programs[static_cast<std::size_t>(number - 1)];
    if (number % 2 == 0) {
      if (number % 4 == 0) {
        EXPECT_TRUE(program.wait_for_line("point 1 of "));
      }
      program.send(SIGKILL);
    }
  }
  for (int number = 1; number <= count; ++number) {
    const Outcome outcome = programs[static_cast<std::size_t>(number - 1)]->finish();
    if (number % 2 == 1) {
      EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    }
  }
  for (int number = 2; number <= count; number += 2) {
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
