#include "tensor_profile.h"

#include "torch_version.h"

#include <utility>

#include <c10/core/impl/VirtualGuardImpl.h>

namespace phasescope::model::tensors {

TensorProfile::TensorProfile(c10::Device device, bool with_events, Profile& profile)
    : device_(device),
      with_events_(with_events && !device.is_cpu() && PHASESCOPE_TORCH_AT_LEAST(2, 8)),
      profile_(profile) {}

c10::Event TensorProfile::recorded_event() const {
  c10::Event event(device_.type(), c10::EventFlag::BACKEND_DEFAULT);
  event.record(c10::impl::VirtualGuardImpl(device_.type()).getStream(device_));
  return event;
}

void TensorProfile::collect() {
#if PHASESCOPE_TORCH_AT_LEAST(2, 8)
  for (const Span& span : spans_) {
    span.end.synchronize();
    profile_.add(span.work, span.begin.elapsedTime(span.end) / 1000, span.operations);
  }
#endif
  spans_.clear();
}

TensorClock::TensorClock(TensorProfile& profile, std::string work, double operations)
    : profile_(profile), work_(std::move(work)), operations_(operations) {
  if (!profile_.with_events_) return;
  c10::Event begin = profile_.recorded_event();
  profile_.spans_.push_back({work_, operations_, std::move(begin), c10::Event(profile_.device_.type())});
}

TensorClock::~TensorClock() {
  if (profile_.with_events_) {
    try {
      profile_.spans_.back().end = profile_.recorded_event();
    } catch (const c10::Error&) {
      // A device that failed says so in the call that was measured.
    }
  } else if (profile_.measures()) {
    profile_.profile_.add(work_, watch_.seconds(), operations_);
  }
}

}  // namespace phasescope::model::tensors
