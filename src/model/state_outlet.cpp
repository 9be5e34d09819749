#include "state_outlet.h"

#include <thread>

#include <ATen/ATen.h>
#include <c10/core/Event.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

namespace phasescope::model {

struct StateOutlet::Copies {
  explicit Copies(c10::Device device)
      : guard(device.type()), stream(guard.getStreamFromGlobalPool(device, false)) {}

  c10::impl::VirtualGuardImpl guard;
  c10::Stream stream;
  std::vector<c10::Event> arrived;  ///< one a place
};

StateOutlet::StateOutlet(c10::Device device)
    : device_(device), copies_(device.is_cpu() ? nullptr : new Copies(device)) {}

StateOutlet::~StateOutlet() = default;

void StateOutlet::begin(std::int64_t rows, std::int64_t columns, std::int64_t ahead) {
  places_.resize(static_cast<std::size_t>(ahead) + 2);
  if (!copies_) return;
  while (copies_->arrived.size() < places_.size()) copies_->arrived.emplace_back(device_.type());
  const at::TensorOptions pinned = at::TensorOptions(at::kFloat).pinned_memory(true);
  for (Place& place : places_) {
    const bool fits =
        place.memory.defined() && place.memory.size(1) == columns && place.memory.size(0) >= rows;
    if (!fits) place.memory = at::empty({rows, columns}, pinned);
  }
}

void StateOutlet::send(std::int64_t point, const at::Tensor& states) {
  Place& to = place(point);
  if (!copies_) {
    to = {states, states.size(0)};
    return;
  }
  c10::Event computed(device_.type());
  computed.record(copies_->guard.getStream(device_));
  computed.block(copies_->stream);
  states.record_stream(copies_->stream);
  {
    const c10::StreamGuard on_copies(copies_->stream);
    to.memory.narrow(0, 0, states.size(0)).copy_(states, true);
  }
  copies_->arrived[static_cast<std::size_t>(point) % places_.size()].record(copies_->stream);
  to.rows = states.size(0);
}

ConstMatrix StateOutlet::receive(std::int64_t point) {
  const Place& from = place(point);
  if (copies_) {
    const c10::Event& arrived = copies_->arrived[static_cast<std::size_t>(point) % places_.size()];
    while (!arrived.query()) std::this_thread::yield();
  }
  return {from.memory.data_ptr<float>(), from.rows, from.memory.size(1)};
}

}  // namespace phasescope::model
