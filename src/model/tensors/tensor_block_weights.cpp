#include "tensor_block_weights.h"

#include <algorithm>
#include <atomic>
#include <cstring>

#include <ATen/ATen.h>

#include "phasescope/base/threads.h"

namespace phasescope::model::tensors {
namespace {

at::Tensor view_of(const float* data, at::IntArrayRef sizes) {
  return at::from_blob(const_cast<float*>(data), sizes, at::kFloat);
}

at::Tensor copy_of(const float* data, std::int64_t width) {
  return data == nullptr ? at::Tensor() : view_of(data, {width}).clone();
}

at::Tensor biases(const std::vector<LinearTensor>& parts) {
  std::vector<at::Tensor> pieces;
  bool any = false;
  for (const LinearTensor& part : parts) {
    any = any || part.bias != nullptr;
    pieces.push_back(part.bias == nullptr ? at::zeros({part.weight.rows})
                                          : view_of(part.bias, {part.weight.rows}));
  }
  return any ? at::cat(pieces) : at::Tensor();
}

bool narrow_parts(const std::vector<LinearTensor>& parts, const at::Tensor& matrix) {
  at::BFloat16* next = matrix.data_ptr<at::BFloat16>();
  for (const LinearTensor& part : parts) {
    const std::int64_t count = part.weight.rows * part.weight.columns;
    if (!narrow_exactly(part.weight.data, count, next)) return false;
    next += count;
  }
  return true;
}

}  // namespace

bool narrow_exactly(const float* values, std::int64_t count, at::BFloat16* out) {
  constexpr std::int64_t piece = 1 << 18;
  std::atomic<std::uint32_t> lost{0};  // low halves: significand bits that bfloat16 has no room for
  parallel_for((count + piece - 1) / piece, [&](std::int64_t p) {
    std::uint32_t lost_here = 0;
    const std::int64_t end = std::min(count, (p + 1) * piece);
    for (std::int64_t i = p * piece; i < end; ++i) {
      std::uint32_t bits;
      std::memcpy(&bits, values + i, sizeof bits);
      lost_here |= bits & 0xFFFFU;
      out[i] = at::BFloat16(static_cast<unsigned short>(bits >> 16), at::BFloat16::from_bits());
    }
    lost |= lost_here;
  });
  return lost == 0;
}

std::uint64_t tensor_bytes(TensorBlock block) {
  std::uint64_t bytes = 0;
  visit_tensors(block, [&](const at::Tensor& tensor) {
    if (tensor.defined()) bytes += tensor.nbytes();
  });
  return bytes;
}

TensorBlock copied_to(TensorBlock block, c10::Device device) {
  visit_tensors(block, [&](at::Tensor& tensor) {
    if (tensor.defined()) tensor = tensor.to(device);
  });
  return block;
}

at::Tensor HostTensors::matrix(const std::vector<LinearTensor>& parts) const {
  std::int64_t outputs = 0;
  for (const LinearTensor& part : parts) outputs += part.weight.rows;
  const bool narrow = compute_ == at::kBFloat16 || (compute_ == at::kFloat && keep_bfloat16_);
  if (narrow) {
    const at::Tensor narrowed = at::empty({outputs, parts.front().weight.columns}, at::kBFloat16);
    if (narrow_parts(parts, narrowed)) return narrowed;
  }
  std::vector<at::Tensor> pieces;
  for (const LinearTensor& part : parts)
    pieces.push_back(view_of(part.weight.data, {part.weight.rows, part.weight.columns}));
  return at::cat(pieces).to(compute_);
}

TensorLinear HostTensors::linear(const std::vector<LinearTensor>& parts) const {
  if (!parts.front()) return {};
  return {matrix(parts), biases(parts)};
}

TensorNorm HostTensors::norm(const NormTensor& loaded, std::int64_t width) const {
  TensorNorm norm{copy_of(loaded.scale, width), copy_of(loaded.bias, width)};
  if (norm.scale.defined() && architecture_.norm == checkpoint::NormKind::rms_unit_offset) norm.scale.add_(1);
  return norm;
}

/// Norms of each head by itself become one whose scale has a row for each head.
TensorNorm HostTensors::head_norm(const std::vector<NormTensor>& norms, std::int64_t heads) const {
  if (norms.empty()) return {};
  const bool together = architecture_.query_key_norm == checkpoint::QueryKeyNorm::all_heads;
  if (norms.size() == 1)
    return norm(norms.front(), together ? heads * architecture_.head_dim : architecture_.head_dim);
  std::vector<at::Tensor> scales, shifts;
  for (const NormTensor& loaded : norms) {
    const TensorNorm one = norm(loaded, architecture_.head_dim);
    if (one.scale.defined()) scales.push_back(one.scale);
    if (one.bias.defined()) shifts.push_back(one.bias);
  }
  return {scales.empty() ? at::Tensor() : at::stack(scales),
          shifts.empty() ? at::Tensor() : at::stack(shifts)};
}

TensorBlock HostTensors::block(const LoadedBlock& loaded) const {
  const checkpoint::Architecture& a = architecture_;
  // Which experts a token uses must not hang on the type its other products are computed in.
  const HostTensors exact(a, at::kFloat, false);
  const auto gate_up = [&](const LinearTensor& gate, const LinearTensor& up) {
    return gate ? linear({gate, up}) : linear({up});
  };
  TensorBlock block;
  block.attention_norm = norm(loaded.attention_norm, a.hidden);
  block.attention_output_norm = norm(loaded.attention_output_norm, a.hidden);
  block.feed_forward_norm = norm(loaded.feed_forward_norm, a.hidden);
  block.feed_forward_output_norm = norm(loaded.feed_forward_output_norm, a.hidden);
  block.query_norm = head_norm(loaded.query_norms, a.heads);
  block.key_norm = head_norm(loaded.key_norms, a.key_value_heads);
  block.query_key_value = linear({loaded.query, loaded.key, loaded.value});
  block.output = linear({loaded.output});
  block.gate_up = gate_up(loaded.gate, loaded.up);
  block.down = linear({loaded.down});
  block.router = exact.linear({loaded.router});
  for (const LoadedExpert& expert : loaded.experts)
    block.experts.push_back({gate_up(expert.gate, expert.up), linear({expert.down})});
  return block;
}

}  // namespace phasescope::model::tensors
