#include "host_weights.h"

#include "stopwatch.h"

#include <algorithm>
#include <utility>

#include "phasescope/base/threads.h"
#include "phasescope/checkpoint/weight_pages.h"

namespace phasescope::model {
namespace {

using checkpoint::LinearWeights;
using checkpoint::NormWeights;
using checkpoint::Weight;

std::uint64_t bytes_of(const HostBlock& block) {
  std::uint64_t bytes = 0;
  for (const Buffer& vector : block.vectors) bytes += vector.size() * sizeof(float);
  const auto add = [&](const PreparedLinear& linear) {
    if (linear) bytes += linear.weight->bytes();
  };
  for (const PreparedLinear* linear :
       {&block.query_key_value, &block.output, &block.gate_up, &block.down, &block.router})
    add(*linear);
  for (const HostExpert& expert : block.experts) {
    add(expert.gate_up);
    add(expert.down);
  }
  return bytes;
}

}  // namespace

const float* WeightPreparation::bias(const Weight& weight) const {
  if (!weight) return nullptr;
  Buffer& values = vectors_.emplace_back(static_cast<std::size_t>(weight.rows() * weight.columns()));
  null_weights_.read_bias(weight, 0, weight.rows(), values.data());
  return values.data();
}

NormTensor WeightPreparation::norm(const NormWeights& weights) const {
  NormTensor prepared;
  if (weights.scale) {
    Buffer& values =
        vectors_.emplace_back(static_cast<std::size_t>(weights.scale.rows() * weights.scale.columns()));
    null_weights_.read_norm_scale(weights.scale, 0, weights.scale.rows(), values.data());
    prepared.scale = values.data();
  }
  prepared.bias = bias(weights.bias);
  return prepared;
}

std::vector<NormTensor> WeightPreparation::norms(const std::vector<NormWeights>& weights) const {
  std::vector<NormTensor> prepared;
  for (const NormWeights& of_head : weights) prepared.push_back(norm(of_head));
  return prepared;
}

WeightSource WeightPreparation::source(const std::vector<const Weight*>& parts, std::int64_t first,
                                       std::int64_t count) const {
  WeightSource source;
  source.outputs = count;
  source.inputs = parts.front()->columns();
  if (parts.size() == 1 && parts.front()->is_plain_float32() && !null_weights_.random_weights())
    source.plain = reinterpret_cast<const float*>(parts.front()->data) + first * source.inputs;
  const NullWeights& weights = null_weights_;
  source.convert = [parts, first, &weights](std::int64_t row, std::int64_t rows, float* out) {
    row += first;
    for (const Weight* part : parts) {
      const std::int64_t of_part = std::clamp<std::int64_t>(part->rows() - row, 0, rows);
      if (of_part > 0) {
        weights.read_matrix(*part, row, of_part, out);
        out += of_part * part->columns();
        rows -= of_part;
      }
      row = std::max<std::int64_t>(0, row - part->rows());
    }
  };
  return source;
}

const float* WeightPreparation::joined_bias(const std::vector<const LinearWeights*>& parts) const {
  const bool any = std::any_of(parts.begin(), parts.end(), [](const auto* part) { return bool(part->bias); });
  if (!any) return nullptr;
  std::int64_t outputs = 0;
  for (const LinearWeights* part : parts) outputs += part->matrix.rows();
  Buffer& values = vectors_.emplace_back(static_cast<std::size_t>(outputs));
  std::fill(values.begin(), values.end(), 0.0F);
  float* out = values.data();
  for (const LinearWeights* part : parts) {
    if (part->bias) null_weights_.read_bias(part->bias, 0, part->bias.rows(), out);
    out += part->matrix.rows();
  }
  return values.data();
}

PreparedLinear WeightPreparation::linear(const std::vector<const LinearWeights*>& parts) const {
  std::vector<const LinearWeights*> there;
  std::vector<const Weight*> matrices;
  std::int64_t outputs = 0;
  for (const LinearWeights* part : parts) {
    if (!part->matrix) continue;
    there.push_back(part);
    matrices.push_back(&part->matrix);
    outputs += part->matrix.rows();
  }
  if (there.empty()) return {};
  return {linear_.prepare(source(matrices, 0, outputs), lifetime_), joined_bias(there)};
}

std::shared_ptr<const HostBlock> prepare_block(const checkpoint::BlockWeights& weights,
                                               const NullWeights& null_weights, const Linear& linear,
                                               Lifetime lifetime) {
  auto block = std::make_shared<HostBlock>();
  const WeightPreparation prepare(null_weights, linear, lifetime, block->vectors);
  block->attention_norm = prepare.norm(weights.attention_norm);
  block->attention_output_norm = prepare.norm(weights.attention_output_norm);
  block->feed_forward_norm = prepare.norm(weights.feed_forward_norm);
  block->feed_forward_output_norm = prepare.norm(weights.feed_forward_output_norm);
  block->query_norms = prepare.norms(weights.query_norms);
  block->key_norms = prepare.norms(weights.key_norms);
  block->query_key_value = prepare.linear({&weights.query, &weights.key, &weights.value});
  block->output = prepare.linear({&weights.output});
  block->gate_up = prepare.linear({&weights.gate, &weights.up});
  block->down = prepare.linear({&weights.down});
  block->router = prepare.linear({&weights.router});
  for (const checkpoint::ExpertWeights& expert : weights.experts)
    block->experts.push_back({prepare.linear({&expert.gate, &expert.up}), prepare.linear({&expert.down})});
  block->bytes = bytes_of(*block);
  return block;
}

HostBlocks::HostBlocks(const checkpoint::Checkpoint& checkpoint, const NullWeights& null_weights,
                       std::uint64_t budget, const Linear& linear)
    : checkpoint_(checkpoint),
      null_weights_(null_weights),
      budget_(budget),
      linear_(linear),
      kept_(checkpoint.blocks().size()) {}

HostBlocks::~HostBlocks() {
  if (ahead_.block.valid()) ahead_.block.wait();
}

/// Judged by the size in float32, the largest that a block takes.
Lifetime HostBlocks::lifetime_of(std::size_t index) const {
  const std::uint64_t bytes = checkpoint::parameters_of(checkpoint_.blocks()[index]) * sizeof(float);
  return kept_bytes_ + bytes <= budget_ ? Lifetime::kept : Lifetime::once;
}

std::shared_ptr<const HostBlock> HostBlocks::load(std::size_t index) const {
  const checkpoint::BlockWeights& weights = checkpoint_.blocks()[index];
  std::shared_ptr<const HostBlock> block = prepare_block(weights, null_weights_, linear_, lifetime_of(index));
  checkpoint::release_pages(weights);
  return block;
}

std::shared_ptr<const HostBlock> HostBlocks::take(std::size_t index) {
  if (!ahead_.block.valid()) return load(index);
  std::shared_ptr<const HostBlock> block = ahead_.block.get();
  return ahead_.index == index ? block : load(index);
}

void HostBlocks::load_ahead(std::size_t index) {
  if (index >= kept_.size() || kept_[index]) return;
  checkpoint::prefetch_pages(checkpoint_.blocks()[index]);
  // What stays is converted once: a second set of threads would only slow down the products meanwhile.
  if (lifetime_of(index) == Lifetime::kept) return;
  const int threads = thread_count();
  ahead_.index = index;
  ahead_.block = std::async(std::launch::async, [this, index, threads] {
    set_thread_count(threads);
    return load(index);
  });
}

std::shared_ptr<const HostBlock> HostBlocks::block(std::int64_t index) {
  const auto i = static_cast<std::size_t>(index);
  if (kept_[i]) return kept_[i];
  const Stopwatch watch;
  const Lifetime lifetime = lifetime_of(i);
  std::shared_ptr<const HostBlock> loaded = take(i);
  if (lifetime == Lifetime::kept) {
    kept_[i] = loaded;
    kept_bytes_ += loaded->bytes;
  }
  load_ahead(i + 1);
  seconds_ += watch.seconds();
  return loaded;
}

}  // namespace phasescope::model
