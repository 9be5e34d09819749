#pragma once

#include "tensor_block_weights.h"

#include <array>
#include <cstdint>
#include <optional>

#include <ATen/core/Tensor.h>
#include <c10/core/Event.h>

namespace phasescope::model::tensors {

/// A block's tensors one after another in one piece of pinned host memory, so that one copy brings them all.
struct PackedBlock {
  TensorBlock layout;  ///< views of `memory`
  at::Tensor memory;   ///< bytes
};

std::uint64_t packed_bytes(const TensorBlock& block);
/// Copies a block of the host into pinned memory.
PackedBlock pack(const TensorBlock& block);

/// Brings packed blocks to a device on a stream of its own, into two places that take turns: one block
/// travels while the block before it computes.
class BlockStream {
 public:
  explicit BlockStream(c10::Device device);

  /// The block on the device, for work enqueued from now on.
  TensorBlock bring(const PackedBlock& packed);
  /// All work with the block brought last has been enqueued: its place may be written again after it.
  void release();

 private:
  struct Place {
    at::Tensor memory;
    std::optional<c10::Event> released;
  };

  void make_room(Place& place, std::int64_t bytes);
  c10::Stream compute_stream() const { return guard_.getStream(device_); }

  c10::Device device_;
  c10::impl::VirtualGuardImpl guard_;
  c10::Stream copies_;
  std::array<Place, 2> places_;
  std::size_t current_ = 1;
};

}  // namespace phasescope::model::tensors
