#include "phasescope/base/interrupt.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

#include <unistd.h>

#include "phasescope/base/error.h"

namespace phasescope {
namespace {

struct Signal {
  int number;
  const char* name;
  std::string_view announcement;
};

#define PHASESCOPE_SIGNAL(name) \
  { name, #name, #name ": stopping when the work at hand is safe (a second SIGINT stops at once)\n" }
constexpr std::array<Signal, 4> kSignals = {{PHASESCOPE_SIGNAL(SIGINT), PHASESCOPE_SIGNAL(SIGTERM),
                                             PHASESCOPE_SIGNAL(SIGUSR1), PHASESCOPE_SIGNAL(SIGUSR2)}};
#undef PHASESCOPE_SIGNAL

std::atomic<int> first_signal{0};
std::atomic<std::int64_t> first_key{
    0};  // milliseconds of the monotonic clock at the first SIGINT; 0: none yet
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<std::int64_t>::is_always_lock_free);

/// A second SIGINT within this time is the first one again: timeout(1) and some schedulers signal the process
/// and then its group.
constexpr std::int64_t kOneRequest = 100;  // milliseconds

std::int64_t milliseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000 + 1;  // never 0
}

const Signal& signal_of(int number) {
  for (const Signal& known : kSignals) {
    if (known.number == number) return known;
  }
  return kSignals.front();
}

/// Whether SIGINT came before, and has come again.
enum class Key { first, same, second };
Key classify_key() {
  const std::int64_t now = milliseconds();
  std::int64_t before = 0;
  if (first_key.compare_exchange_strong(before, now)) return Key::first;
  return now - before < kOneRequest ? Key::same : Key::second;
}

/// Only what is safe inside a handler: atomics, clock_gettime, write, signal, raise.
void remember(int number) {
  const int error = errno;
  const Key key = number == SIGINT ? classify_key() : Key::first;
  if (key == Key::same) return;
  if (key == Key::second) {
    ::signal(SIGINT, SIG_DFL);
    ::raise(SIGINT);  // delivered when this handler returns
    return;
  }
  int none = 0;
  first_signal.compare_exchange_strong(none, number);
  const std::string_view text = signal_of(number).announcement;
  if (::write(STDERR_FILENO, text.data(), text.size()) < 0) errno = error;  // nobody is left to tell
  errno = error;
}

}  // namespace

void catch_interrupts() {
  for (const Signal& known : kSignals) {
    struct sigaction action {};
    if (::sigaction(known.number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN) continue;
    action = {};
    action.sa_handler = remember;
    action.sa_flags = SA_RESTART;
    ::sigaction(known.number, &action, nullptr);
  }
}

bool interrupt_requested() {
  return first_signal.load() != 0;
}

void stop_if_interrupted() {
  if (const int number = first_signal.load(); number != 0)
    throw Error(ExitClass::interrupted, std::string("interrupted by ") + signal_of(number).name);
}

}  // namespace phasescope
