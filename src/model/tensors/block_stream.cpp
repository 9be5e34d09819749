#include "block_stream.h"

#include <ATen/ATen.h>
#include <c10/core/StreamGuard.h>

namespace phasescope::model::tensors {
namespace {

constexpr std::int64_t kAlignment = 256;

std::int64_t aligned(std::int64_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

/// The block with each tensor replaced by the piece of `memory` that belongs to it.
TensorBlock views(TensorBlock block, const at::Tensor& memory) {
  std::int64_t next = 0;
  visit_tensors(block, [&](at::Tensor& tensor) {
    if (!tensor.defined()) return;
    const auto bytes = static_cast<std::int64_t>(tensor.nbytes());
    const at::Tensor piece = memory.narrow(0, next, bytes).view(tensor.scalar_type());
    tensor = piece.view(tensor.sizes());
    next += aligned(bytes);
  });
  return block;
}

}  // namespace

std::uint64_t packed_bytes(const TensorBlock& block) {
  std::int64_t bytes = 0;
  TensorBlock copy = block;
  visit_tensors(copy, [&](const at::Tensor& tensor) {
    if (tensor.defined()) bytes += aligned(static_cast<std::int64_t>(tensor.nbytes()));
  });
  return static_cast<std::uint64_t>(bytes);
}

PackedBlock pack(const TensorBlock& block) {
  const auto bytes = static_cast<std::int64_t>(packed_bytes(block));
  const at::Tensor memory = at::empty({bytes}, at::TensorOptions(at::kByte).pinned_memory(true));
  PackedBlock packed{views(block, memory), memory};
  std::vector<at::Tensor> from;
  TensorBlock source = block;
  visit_tensors(source, [&](const at::Tensor& tensor) { from.push_back(tensor); });
  std::size_t next = 0;
  visit_tensors(packed.layout, [&](at::Tensor& to) {
    if (to.defined()) to.copy_(from[next]);
    ++next;
  });
  return packed;
}

BlockStream::BlockStream(c10::Device device)
    : device_(device), guard_(device.type()), copies_(guard_.getStreamFromGlobalPool(device, false)) {}

/// Fresh memory may still be read by work enqueued before it was freed: copies into it wait for that too.
void BlockStream::make_room(Place& place, std::int64_t bytes) {
  if (place.memory.defined() && place.memory.numel() >= bytes) return;
  place.memory = at::empty({bytes}, at::TensorOptions(at::kByte).device(device_));
  if (!place.released) place.released.emplace(device_.type());
  place.released->record(compute_stream());
}

TensorBlock BlockStream::bring(const PackedBlock& packed) {
  current_ = 1 - current_;
  Place& place = places_[current_];
  make_room(place, packed.memory.numel());
  place.released->block(copies_);
  const at::Tensor here = place.memory.narrow(0, 0, packed.memory.numel());
  {
    const c10::StreamGuard on_copies(copies_);
    here.copy_(packed.memory, true);
  }
  c10::Event arrived(device_.type());
  arrived.record(copies_);
  arrived.block(compute_stream());
  return views(packed.layout, here);
}

void BlockStream::release() {
  places_[current_].released->record(compute_stream());
}

}  // namespace phasescope::model::tensors
