// Sweeps that are killed at random moments. Whatever moment is hit, the same command ends with the bytes of
// an undisturbed sweep: nothing here has to happen in time.
#include "faults.h"
#include "running_program.h"

#include <chrono>
#include <cstdio>
#include <random>
#include <thread>

#include <gtest/gtest.h>
#include <signal.h>

namespace phasescope::testing {
namespace {

using Clock = std::chrono::steady_clock;
using Microseconds = std::chrono::microseconds;

constexpr int kKilled = 128 + SIGKILL;

/// A sweep whose processes are killed after random shares of the time that an undisturbed one takes.
class KilledSweep : public ::testing::Test {
 protected:
  KilledSweep() { command_.execute_undisturbed(); }

  /// Also empties the folder.
  void measure() {
    command_.clear();
    const auto start = Clock::now();
    EXPECT_EQ(command_.execute().exit_code, 0);
    duration_ = std::chrono::duration_cast<Microseconds>(Clock::now() - start);
    command_.clear();
  }
  Microseconds random_moment() {
    return Microseconds(std::uniform_int_distribution<std::int64_t>(0, duration_.count())(random_));
  }
  /// True when the process was killed, false when it had finished by then.
  bool kill_after(Microseconds moment) const {
    RunningProgram program(command_.arguments(), with_stand_in_model());
    std::this_thread::sleep_for(moment);
    program.send(SIGKILL);
    const Outcome outcome = program.finish();
    if (outcome.exit_code == kKilled) return true;
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return false;
  }
  bool is_in_the_middle() const {
    const auto exists = [&](const char* name) { return std::filesystem::exists(command_.output() / name); };
    return exists("plan.json") && !exists("sweep.json");
  }

  FaultedCommand command_ = FaultedCommand::sweep();
  std::mt19937 random_{20240229};
  Microseconds duration_{};
};

TEST_F(KilledSweep, TwoHundredTimesAndEachIsResumed) {
  int in_the_middle = 0;
  for (int kills = 0; kills < 200 && !HasFailure();) {
    if (kills % 25 == 0) measure();
    command_.clear();
    const Microseconds moment = random_moment();
    if (kill_after(moment)) {
      ++kills;
      in_the_middle += is_in_the_middle() ? 1 : 0;
      command_.expect_nothing_half(true);
    } else {
      duration_ = moment;  // the machine is faster now
    }
    command_.expect_resumed();
  }
  std::printf("killed 200 times and resumed, %d times between plan and merged result\n", in_the_middle);
}

TEST_F(KilledSweep, AgainAndAgainInOneFolder) {
  int kills = 0;
  measure();
  for (int folder = 0; folder < 20 && !HasFailure(); ++folder) {
    command_.clear();
    while (kill_after(random_moment())) ++kills;  // each goes on where the one before was killed
    command_.expect_finished();
  }
  EXPECT_GT(kills, 0);
  std::printf("killed %d times in 20 folders\n", kills);
}

}  // namespace
}  // namespace phasescope::testing
