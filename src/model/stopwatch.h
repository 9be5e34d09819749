#pragma once

#include <atomic>
#include <chrono>

namespace phasescope::model {

/// Wall-clock seconds since it was made.
class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now();
};

/// Seconds to which several threads add.
class SharedSeconds {
 public:
  void add(double seconds) {
    double before = total_;
    while (!total_.compare_exchange_weak(before, before + seconds)) {
    }
  }
  double total() const { return total_; }

 private:
  std::atomic<double> total_{0};
};

}  // namespace phasescope::model
