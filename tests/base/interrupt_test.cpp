// Signals in a process of their own: each test forks, since a signal that was caught stays remembered.
#include "phasescope/base/interrupt.h"

#include <chrono>
#include <csignal>
#include <functional>
#include <thread>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "phasescope/base/error.h"

namespace phasescope {
namespace {

/// The wait status of a child that does `body` with default signal handling and then exits with its result.
int status_of_child(const std::function<int()>& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    for (const int number : {SIGINT, SIGTERM, SIGUSR1, SIGUSR2}) ::signal(number, SIG_DFL);
    ::_exit(body());
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return status;
}

int exit_code_of_child(const std::function<int()>& body) {
  const int status = status_of_child(body);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

TEST(Interrupt, NothingWithoutASignal) {
  catch_interrupts();
  EXPECT_FALSE(interrupt_requested());
  EXPECT_NO_THROW(stop_if_interrupted());
}

TEST(Interrupt, EachSignalIsRememberedAndNamed) {
  const std::pair<int, std::string> signals[] = {
      {SIGINT, "SIGINT"}, {SIGTERM, "SIGTERM"}, {SIGUSR1, "SIGUSR1"}, {SIGUSR2, "SIGUSR2"}};
  for (const auto& [number, name] : signals) {
    const int signal = number;
    const std::string message = "interrupted by " + name;
    EXPECT_EQ(exit_code_of_child([&] {
                catch_interrupts();
                ::raise(signal);
                if (!interrupt_requested()) return 1;
                try {
                  stop_if_interrupted();
                } catch (const Error& error) {
                  return error.what() == message ? static_cast<int>(error.exit_class()) : 2;
                }
                return 3;
              }),
              75)
        << name;
  }
}

TEST(Interrupt, TheFirstSignalGivesTheReason) {
  EXPECT_EQ(exit_code_of_child([] {
              catch_interrupts();
              ::raise(SIGUSR1);
              ::raise(SIGTERM);
              ::raise(SIGTERM);
              ::raise(SIGINT);
              try {
                stop_if_interrupted();
              } catch (const Error& error) {
                return std::string(error.what()) == "interrupted by SIGUSR1" ? 0 : 2;
              }
              return 3;
            }),
            0);
}

TEST(Interrupt, TheSecondSigintEndsAtOnce) {
  EXPECT_EQ(exit_code_of_child([] {
              catch_interrupts();
              ::raise(SIGINT);
              std::this_thread::sleep_for(std::chrono::milliseconds(150));
              ::raise(SIGINT);
              return 0;
            }),
            -SIGINT);
}

/// As timeout(1) sends it. A machine that stalls between the two makes two requests of them: tried until it
/// does not.
TEST(Interrupt, TwoSigintsTogetherAreOne) {
  const auto both_at_once = [] {
    return exit_code_of_child([] {
      catch_interrupts();
      ::raise(SIGINT);
      ::raise(SIGINT);
      return interrupt_requested() ? 0 : 1;
    });
  };
  int code = both_at_once();
  for (int attempt = 0; code == -SIGINT && attempt < 50; ++attempt) code = both_at_once();
  EXPECT_EQ(code, 0);
}

TEST(Interrupt, WhatWasIgnoredStaysIgnored) {
  EXPECT_EQ(exit_code_of_child([] {
              ::signal(SIGINT, SIG_IGN);
              catch_interrupts();
              ::raise(SIGINT);
              ::raise(SIGINT);
              return interrupt_requested() ? 1 : 0;
            }),
            0);
}

TEST(Interrupt, EndsNoSystemCall) {
  EXPECT_EQ(exit_code_of_child([] {
              catch_interrupts();
              int ends[2];
              if (::pipe(ends) != 0) return 1;
              const pid_t parent = ::getpid();
              if (::fork() == 0) {  // signals while, or before, the parent waits for a byte
                ::kill(parent, SIGTERM);
                ::_exit(::write(ends[1], "x", 1) == 1 ? 0 : 1);
              }
              char byte = 0;
              return ::read(ends[0], &byte, 1) == 1 && byte == 'x' && interrupt_requested() ? 0 : 2;
            }),
            0);
}

}  // namespace
}  // namespace phasescope
