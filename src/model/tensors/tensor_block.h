#pragma once

#include "rotary.h"
#include "tensor_attention.h"
#include "tensor_block_weights.h"
#include "tensor_profile.h"

#include <vector>

#include <ATen/core/Tensor.h>

#include "phasescope/checkpoint/architecture.h"

namespace phasescope::model::tensors {

/// Cosines and sines of a pass's rows, [rows, 1, dimensions / 2] each, for one rope.
struct TensorRotary {
  at::Tensor cosine, sine;
};

/// Keys and values of one block for the sequences of a batch that generate, [rows, key_value_width] in the
/// type of the block's products; and which rows of a pass go where. Undefined: nothing is kept.
struct TensorCache {
  at::Tensor keys, values;
};

/// What the blocks of one pass share.
struct TensorPass {
  TensorProfile& profile;
  std::vector<TensorRotary> ropes;  ///< one for each of the architecture's
  AttentionPlan attention;
  at::Tensor cached_rows;   ///< rows of the pass to keep; undefined: all
  at::Tensor cache_places;  ///< where; undefined: none is kept
  bool from_cache = false;  ///< attention reads the cache, not the pass's own rows
};

/// Runs block `index` on x [rows, hidden] in float32 and returns its output; x stays as it is. Keys and
/// values are appended to `cache`. `mean_weights` as in `attend`.
at::Tensor run_block(const checkpoint::Architecture& architecture, std::int64_t index,
                     const TensorBlock& weights, ProductTerms terms, const TensorPass& pass,
                     TensorCache& cache, std::vector<at::Tensor>* mean_weights, const at::Tensor& x);

/// x normalised over its last dimension, scaled and shifted.
at::Tensor normalize(const checkpoint::Architecture& architecture, const TensorNorm& norm,
                     const at::Tensor& x);

}  // namespace phasescope::model::tensors
