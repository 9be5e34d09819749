#pragma once

#include "block_stream.h"
#include "loaded_weights.h"
#include "tensor_block_weights.h"

#include <cstdint>
#include <optional>
#include <vector>

#include "phasescope/checkpoint/checkpoint.h"
#include "phasescope/model/language_model.h"

namespace phasescope::model::tensors {

/// What stands after the blocks. (Embedding rows are converted on the host.)
struct TensorOuter {
  TensorNorm final_norm;
  TensorLinear project_out, head;
};

/// A checkpoint's weights on a device. Blocks are converted on the host when first used and stay on the
/// device as far as the budget allows; the others stay in pinned host memory as far as that allows and are
/// copied for each use; the rest is converted again for each use.
class TensorWeights {
 public:
  /// `compute`: float32, bfloat16 or float16. `keep_bfloat16`: in float32, matrices that bfloat16 holds
  /// exactly stay in it (for products of three terms). `weights_memory`: bytes that blocks may take on the
  /// device; negative: what is free but for a quarter.
  TensorWeights(const checkpoint::Checkpoint& checkpoint, const NullWeights& null_weights,
                const LoadedOuter& outer, c10::Device device, at::ScalarType compute, bool keep_bfloat16,
                std::int64_t weights_memory);

  const TensorOuter& outer() const { return outer_; }
  /// The block's weights, for work enqueued from now on. One block at a time: `release` comes before the
  /// next.
  TensorBlock block(std::int64_t index);
  /// All work with the block has been enqueued.
  void release();
  double seconds() const { return seconds_; }

 private:
  TensorBlock load(std::size_t index);
  bool keep_pinned(std::size_t index, const TensorBlock& block);

  const checkpoint::Checkpoint& checkpoint_;
  const NullWeights& null_weights_;
  c10::Device device_;
  HostTensors host_;
  TensorOuter outer_;
  std::uint64_t device_budget_;
  std::uint64_t pinned_budget_;
  std::vector<std::optional<TensorBlock>> resident_;
  std::vector<std::optional<PackedBlock>> pinned_;
  std::optional<BlockStream> stream_;
  bool streaming_ = false;  ///< the block handed out came through stream_
  double seconds_ = 0;
};

}  // namespace phasescope::model::tensors
