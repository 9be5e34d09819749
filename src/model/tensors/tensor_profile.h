#pragma once

#include "stopwatch.h"

#include <string>
#include <vector>

#include <c10/core/Device.h>
#include <c10/core/Event.h>

#include "phasescope/base/profile.h"

namespace phasescope::model::tensors {

/// Counts the time of a device's kernels in a profile. On the CPU, where operations end when their calls do,
/// that is wall time. Elsewhere events around each piece of work tell how long the device itself took, since
/// the host only enqueues it; they must be asked for, and need a libtorch of 2.8 or later.
class TensorProfile {
 public:
  TensorProfile(c10::Device device, bool with_events, Profile& profile);

  /// Counts what has been measured since; to be called where all of it is done.
  void collect();
  bool measures() const { return device_.is_cpu() || with_events_; }

 private:
  friend class TensorClock;
  struct Span {
    std::string work;
    double operations;
    c10::Event begin, end;
  };

  c10::Event recorded_event() const;

  c10::Device device_;
  bool with_events_;
  Profile& profile_;
  std::vector<Span> spans_;  ///< not counted yet
};

/// Measures what is enqueued on the current stream during its own life. Clocks of one profile do not overlap.
class TensorClock {
 public:
  TensorClock(TensorProfile& profile, std::string work, double operations = 0);
  ~TensorClock();
  TensorClock(const TensorClock&) = delete;
  TensorClock& operator=(const TensorClock&) = delete;

 private:
  TensorProfile& profile_;
  std::string work_;
  double operations_;
  Stopwatch watch_;
};

}  // namespace phasescope::model::tensors
