#include "state_outlet.h"

#include <limits>
#include <thread>

#include <ATen/ATen.h>
#include <c10/core/Event.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

namespace phasescope::model::tensors {

struct StateOutlet::Copies {
  explicit Copies(c10::Device device)
      : guard(device.type()), stream(guard.getStreamFromGlobalPool(device, false)) {}

  c10::impl::VirtualGuardImpl guard;
  c10::Stream stream;
  std::vector<c10::Event> arrived;  ///< one a place
};

StateOutlet::StateOutlet(c10::Device device, at::ScalarType type)
    : device_(device), type_(type), copies_(device.is_cpu() ? nullptr : new Copies(device)) {}

StateOutlet::~StateOutlet() = default;

void StateOutlet::begin(std::int64_t rows, std::int64_t columns, std::int64_t ahead) {
  rows_ = rows;
  columns_ = columns;
  places_.resize(static_cast<std::size_t>(ahead) + 2);
  if (!copies_) return;
  while (copies_->arrived.size() < places_.size()) copies_->arrived.emplace_back(device_.type());
}

void StateOutlet::make_room(Place& place) const {
  const at::Tensor& memory = place.memory;
  if (memory.defined() && memory.size(1) == columns_ && memory.size(0) >= rows_) return;
  const at::TensorOptions options = at::TensorOptions(type_).pinned_memory(!device_.is_cpu());
  place.memory = at::empty({rows_, columns_}, options);
  place.filled = {{0, rows_}};  // with anything
}

/// What another pass left there is cleared first, as far as it is not written again as a whole.
void StateOutlet::copy_rows(Place& to, const at::Tensor& states,
                            const std::vector<states::RowRange>& rows) const {
  const bool whole = rows.size() == 1 && rows.front().count == states.size(0);
  if (!whole) {
    for (const states::RowRange& old : to.filled)
      to.memory.narrow(0, old.first, old.count).fill_(std::numeric_limits<double>::quiet_NaN());
    to.filled.clear();
  }
  to.filled.insert(to.filled.end(), rows.begin(), rows.end());
  for (const states::RowRange& range : rows)
    to.memory.narrow(0, range.first, range.count).copy_(states.narrow(0, range.first, range.count), true);
}

void StateOutlet::send(std::int64_t point, const at::Tensor& states,
                       const std::vector<states::RowRange>* only) {
  Place& to = place(point);
  to.rows = states.size(0);
  const std::vector<states::RowRange> all = {{0, states.size(0)}};
  if (!copies_) {
    to.memory = only == nullptr ? states : at::Tensor();
    if (only == nullptr) return;
    make_room(to);
    copy_rows(to, states, *only);
    return;
  }
  make_room(to);
  c10::Event computed(device_.type());
  computed.record(copies_->guard.getStream(device_));
  computed.block(copies_->stream);
  states.record_stream(copies_->stream);
  {
    const c10::StreamGuard on_copies(copies_->stream);
    copy_rows(to, states, only == nullptr ? all : *only);
  }
  copies_->arrived[static_cast<std::size_t>(point) % places_.size()].record(copies_->stream);
}

at::Tensor StateOutlet::receive(std::int64_t point) const {
  const std::size_t index = static_cast<std::size_t>(point) % places_.size();
  if (copies_) {
    while (!copies_->arrived[index].query()) std::this_thread::yield();
  }
  return places_[index].memory.narrow(0, 0, places_[index].rows);
}

}  // namespace phasescope::model::tensors
