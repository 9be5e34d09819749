#include "tensor_weights.h"

#include "stopwatch.h"
#include "tensor_device.h"

#include <ATen/ATen.h>

#include "phasescope/base/memory.h"

namespace phasescope::model::tensors {
namespace {

TensorLinear copied_to(const TensorLinear& linear, c10::Device device) {
  return {linear.weight.defined() ? linear.weight.to(device) : linear.weight,
          linear.bias.defined() ? linear.bias.to(device) : linear.bias};
}

TensorOuter copied_to(const HostTensors& host, const checkpoint::Architecture& architecture,
                      const LoadedOuter& loaded, c10::Device device) {
  TensorOuter outer;
  const TensorNorm norm = host.norm(loaded.final_norm, architecture.hidden);
  if (norm.scale.defined()) outer.final_norm.scale = norm.scale.to(device);
  if (norm.bias.defined()) outer.final_norm.bias = norm.bias.to(device);
  outer.project_out = copied_to(host.linear({loaded.project_out}), device);
  outer.head = copied_to(host.linear({loaded.head}), device);
  return outer;
}

/// A quarter stays free for states, caches and logits, half where the memory is the host's.
std::uint64_t budget(c10::Device device, std::int64_t weights_memory) {
  if (weights_memory >= 0) return static_cast<std::uint64_t>(weights_memory);
  return device.is_cpu() ? available_memory() / 2 : free_memory(device) / 4 * 3;
}

}  // namespace

TensorWeights::TensorWeights(const checkpoint::Checkpoint& checkpoint, const NullWeights& null_weights,
                             const LoadedOuter& outer, c10::Device device, at::ScalarType compute,
                             bool keep_bfloat16, std::int64_t weights_memory)
    : checkpoint_(checkpoint),
      null_weights_(null_weights),
      device_(device),
      host_(checkpoint.architecture(), compute, keep_bfloat16),
      outer_(copied_to(host_, checkpoint.architecture(), outer, device)),
      device_budget_(budget(device, weights_memory)),
      pinned_budget_(device.is_cpu() ? 0 : available_memory() / 2),
      resident_(checkpoint.blocks().size()),
      pinned_(checkpoint.blocks().size()) {
  if (!device.is_cpu()) stream_.emplace(device);
}

bool TensorWeights::keep_pinned(std::size_t index, const TensorBlock& block) {
  const std::uint64_t bytes = packed_bytes(block);
  if (bytes > pinned_budget_) return false;
  pinned_budget_ -= bytes;
  pinned_[index] = pack(block);
  return true;
}

TensorBlock TensorWeights::load(std::size_t index) {
  const Stopwatch watch;
  const TensorBlock block = host_.block(*load_block(checkpoint_.blocks()[index], null_weights_));
  const std::uint64_t bytes = tensor_bytes(block);
  TensorBlock loaded;
  if (bytes <= device_budget_) {
    device_budget_ -= bytes;
    resident_[index] = loaded = copied_to(block, device_);
  } else if (keep_pinned(index, block)) {
    streaming_ = true;
    loaded = stream_->bring(*pinned_[index]);
  } else {
    loaded = copied_to(block, device_);
  }
  seconds_ += watch.seconds();
  return loaded;
}

TensorBlock TensorWeights::block(std::int64_t index) {
  const auto i = static_cast<std::size_t>(index);
  streaming_ = false;
  if (resident_[i]) return *resident_[i];
  if (!pinned_[i]) return load(i);
  streaming_ = true;
  return stream_->bring(*pinned_[i]);
}

void TensorWeights::release() {
  if (streaming_) stream_->release();
  streaming_ = false;
}

}  // namespace phasescope::model::tensors
