#pragma once

#include "loaded_weights.h"
#include "tensor_product.h"

#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>

#include "phasescope/checkpoint/architecture.h"

namespace phasescope::model::tensors {

/// A norm's float32 weights; undefined: it does not scale, or shift. The scale of an rms_unit_offset norm
/// holds 1 + w.
struct TensorNorm {
  at::Tensor scale;
  at::Tensor bias;
};

struct TensorExpert {
  TensorLinear gate_up, down;
};

/// One block's weights as tensors. Matrices that read the same rows are one: queries, keys and values; gate
/// and up.
struct TensorBlock {
  TensorNorm attention_norm, attention_output_norm, feed_forward_norm, feed_forward_output_norm;
  TensorNorm query_norm,
      key_norm;  ///< [head_dim], [heads * head_dim] or, a norm for each head, [heads, head_dim]
  TensorLinear query_key_value, output;
  TensorLinear gate_up;  ///< of an ungated network: up alone
  TensorLinear down;
  TensorLinear router;
  std::vector<TensorExpert> experts;
};

/// Calls visit(tensor) for every tensor of a block, defined or not, always in the same order.
template <class Visit>
void visit_tensors(TensorBlock& block, Visit visit) {
  const auto visit_norm = [&](TensorNorm& norm) {
    visit(norm.scale);
    visit(norm.bias);
  };
  const auto visit_linear = [&](TensorLinear& linear) {
    visit(linear.weight);
    visit(linear.bias);
  };
  for (TensorNorm* norm : {&block.attention_norm, &block.attention_output_norm, &block.feed_forward_norm,
                           &block.feed_forward_output_norm, &block.query_norm, &block.key_norm}) {
    visit_norm(*norm);
  }
  for (TensorLinear* linear :
       {&block.query_key_value, &block.output, &block.gate_up, &block.down, &block.router}) {
    visit_linear(*linear);
  }
  for (TensorExpert& expert : block.experts) {
    visit_linear(expert.gate_up);
    visit_linear(expert.down);
  }
}

std::uint64_t tensor_bytes(TensorBlock block);
TensorBlock copied_to(TensorBlock block, c10::Device device);

/// Makes tensors in host memory out of converted weights.
class HostTensors {
 public:
  /// `compute` and `keep_bfloat16` as in TensorWeights.
  HostTensors(const checkpoint::Architecture& architecture, at::ScalarType compute, bool keep_bfloat16)
      : architecture_(architecture), compute_(compute), keep_bfloat16_(keep_bfloat16) {}

  TensorBlock block(const LoadedBlock& loaded) const;
  /// The rows of all parts one after another; a part without bias gets zeros where another has one.
  TensorLinear linear(const std::vector<LinearTensor>& parts) const;
  TensorNorm norm(const NormTensor& loaded, std::int64_t width) const;

 private:
  at::Tensor matrix(const std::vector<LinearTensor>& parts) const;
  TensorNorm head_norm(const std::vector<NormTensor>& norms, std::int64_t heads) const;

  const checkpoint::Architecture& architecture_;
  at::ScalarType compute_;
  bool keep_bfloat16_;
};

/// Writes float32 numbers as bfloat16; false (and `out` unfinished) when one of them does not fit exactly.
bool narrow_exactly(const float* values, std::int64_t count, at::BFloat16* out);

}  // namespace phasescope::model::tensors
