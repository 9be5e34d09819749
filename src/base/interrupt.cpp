#include "phasescope/base/interrupt.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
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
std::atomic<bool> came_by_key{false};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

const Signal& signal_of(int number) {
  for (const Signal& known : kSignals) {
    if (known.number == number) return known;
  }
  return kSignals.front();
}

/// Only what is safe inside a handler: atomics, write, signal, raise.
void remember(int number) {
  const int error = errno;
  if (number == SIGINT && came_by_key.exchange(true)) {
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
