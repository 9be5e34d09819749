#include "tensor_block.h"

#include "expert_routing.h"
#include "torch_version.h"

#include <ATen/ATen.h>

namespace phasescope::model::tensors {
namespace {

using checkpoint::Architecture;
using checkpoint::QueryKeyNorm;

/// Everything that stays the same while one block runs.
struct BlockRun {
  const Architecture& architecture;
  std::int64_t index;
  const checkpoint::BlockPattern& pattern;
  const TensorBlock& weights;
  ProductTerms terms;
  const TensorPass& pass;
  TensorCache& cache;
  std::vector<at::Tensor>* mean_weights;

  at::Tensor norm(const TensorNorm& norm, const at::Tensor& x) const {
    const TensorClock clock = norms_clock();
    return normalize(architecture, norm, x);
  }
  at::Tensor apply(const TensorLinear& linear, const at::Tensor& x) const {
    return timed_linear(x, linear, terms, pass.profile);
  }
  TensorClock norms_clock() const { return {pass.profile, "norms and residual sums"}; }
  /// x + scale * branch.
  at::Tensor residual(const at::Tensor& x, const at::Tensor& branch) const {
    const TensorClock clock = norms_clock();
    return x.add(branch, architecture.residual_scale);
  }
};

/// Multiplications and additions of causal attention, the two products alone.
double attention_operations(const BlockRun& run) {
  double pairs = 0;
  for (const AttentionGroup& group : run.pass.attention.groups()) {
    for (const AttentionSpan& span : group.spans) {
      const auto queries = static_cast<double>(span.queries);
      pairs += queries * (static_cast<double>(span.first_position) + (queries + 1) / 2);
    }
  }
  return 4 * pairs * static_cast<double>(run.architecture.query_width());
}

at::Tensor activate(checkpoint::Activation activation, const at::Tensor& x) {
  switch (activation) {
    case checkpoint::Activation::silu:
      return at::silu(x);
    case checkpoint::Activation::gelu_tanh:
      return at::gelu(x, "tanh");
    case checkpoint::Activation::gelu_erf:
      return at::gelu(x, "none");
    case checkpoint::Activation::relu:
      return at::relu(x);
  }
  return x;
}

/// Norm of queries or keys [rows, heads * head_dim], of each head or of all together.
at::Tensor normalize_heads(const BlockRun& run, const TensorNorm& norm, const at::Tensor& x) {
  if (run.architecture.query_key_norm == QueryKeyNorm::all_heads) return run.norm(norm, x);
  return run.norm(norm, x.reshape({x.size(0), -1, run.architecture.head_dim})).view({x.size(0), -1});
}

/// Rotates the first channels of every head of x [rows, heads * head_dim]: channel i of their first half is
/// paired with channel i of the second.
at::Tensor rotate(const TensorRotary& rope, const at::Tensor& x, std::int64_t head_dim) {
  const std::int64_t half = rope.cosine.size(2);
  const at::Tensor heads = x.view({x.size(0), -1, head_dim});
  const at::Tensor first = heads.narrow(2, 0, half);
  const at::Tensor second = heads.narrow(2, half, half);
  const at::Tensor rest = heads.narrow(2, 2 * half, head_dim - 2 * half);
  return at::cat({(first * rope.cosine).addcmul_(second, rope.sine, -1),
                  (second * rope.cosine).addcmul_(first, rope.sine), rest},
                 2)
      .view({x.size(0), -1});
}

/// Keeps the rows that later steps need, and returns what attention reads.
at::Tensor with_cache(const TensorPass& pass, at::Tensor& cache, const at::Tensor& newest) {
  if (!pass.cache_places.defined()) return newest;
  const at::Tensor kept = pass.cached_rows.defined() ? newest.index_select(0, pass.cached_rows) : newest;
  cache.index_copy_(0, pass.cache_places, kept.to(cache.scalar_type()));
  return pass.from_cache ? cache : newest.to(cache.scalar_type());
}

AttentionSettings attention_settings(const BlockRun& run) {
  const Architecture& a = run.architecture;
  AttentionSettings settings;
  settings.heads = a.heads;
  settings.key_value_heads = a.key_value_heads;
  settings.head_dim = a.head_dim;
  settings.score_scale = static_cast<float>(a.score_scale);
  if (a.score_scale_by_block) settings.score_scale /= static_cast<float>(run.index + 1);
  if (a.score_softcap) settings.score_softcap = static_cast<float>(*a.score_softcap);
  settings.window = run.pattern.window;
  return settings;
}

/// The heads' attention, [rows, query_width].
at::Tensor attend_heads(const BlockRun& run, const at::Tensor& queries_keys, const at::Tensor& values) {
  const TensorClock clock(run.pass.profile, "attention", attention_operations(run));
  const std::int64_t query_width = run.architecture.query_width();
  const std::int64_t key_width = run.architecture.key_value_width();
  return attend(attention_settings(run), run.pass.attention, queries_keys.narrow(1, 0, query_width),
                with_cache(run.pass, run.cache.keys, queries_keys.narrow(1, query_width, key_width)),
                with_cache(run.pass, run.cache.values, values), run.mean_weights);
}

/// Self-attention of normed rows.
at::Tensor attention(const BlockRun& run, const at::Tensor& x) {
  const Architecture& a = run.architecture;
  const std::int64_t query_width = a.query_width();
  const std::int64_t key_width = a.key_value_width();
  const at::Tensor query_key_value = run.apply(run.weights.query_key_value, x);
  at::Tensor queries_keys = query_key_value.narrow(1, 0, query_width + key_width);
  const at::Tensor values = query_key_value.narrow(1, query_width + key_width, key_width);
  if (a.query_key_norm != QueryKeyNorm::none) {
    queries_keys =
        at::cat({normalize_heads(run, run.weights.query_norm, queries_keys.narrow(1, 0, query_width)),
                 normalize_heads(run, run.weights.key_norm, queries_keys.narrow(1, query_width, key_width))},
                1);
  }
  if (run.pattern.rope >= 0) {
    const TensorClock clock(run.pass.profile, "rotary embedding");
    const TensorRotary& rope = run.pass.ropes[static_cast<std::size_t>(run.pattern.rope)];
    queries_keys = rotate(rope, queries_keys, a.head_dim);
  }
  return run.apply(run.weights.output, attend_heads(run, queries_keys, values));
}

/// down(activation(gate x) * up x), or down(activation(up x)).
at::Tensor feed_forward(const BlockRun& run, const TensorLinear& gate_up, const TensorLinear& down,
                        const at::Tensor& x) {
  const Architecture& a = run.architecture;
  const at::Tensor inner = run.apply(gate_up, x);
  const at::Tensor activated = [&] {
    const TensorClock clock(run.pass.profile, "activation");
    if (!a.gated) return activate(a.activation, inner);
    const std::int64_t width = inner.size(1) / 2;
    return activate(a.activation, inner.narrow(1, 0, width)) * inner.narrow(1, width, width);
  }();
  return run.apply(down, activated);
}

/// A mixture of experts: the rows of each expert go through it together. Which rows these are is decided on
/// the host, so the device is waited for.
at::Tensor experts(const BlockRun& run, const at::Tensor& x) {
  const at::Tensor logits = run.apply(run.weights.router, x).cpu();
  const auto assignments =
      route(*run.architecture.experts, ConstMatrix(logits.data_ptr<float>(), logits.size(0), logits.size(1)));
  at::Tensor output = at::zeros_like(x);
  for (std::size_t e = 0; e < assignments.size(); ++e) {
    if (assignments[e].empty()) continue;
    std::vector<std::int64_t> rows;
    std::vector<float> shares;
    for (const ExpertAssignment& assignment : assignments[e]) {
      rows.push_back(assignment.row);
      shares.push_back(assignment.weight);
    }
    const at::Tensor here = at::tensor(rows, at::kLong).to(x.device());
    const at::Tensor share = at::tensor(shares, at::kFloat).to(x.device()).unsqueeze(1);
    const TensorExpert& expert = run.weights.experts[e];
    const at::Tensor result = feed_forward(run, expert.gate_up, expert.down, x.index_select(0, here));
    output.index_add_(0, here, result * share);
  }
  return output;
}

/// The feed-forward network, dense or a mixture of experts, of normed rows.
at::Tensor feed_forward(const BlockRun& run, const at::Tensor& x) {
  if (run.pattern.experts) return experts(run, x);
  return feed_forward(run, run.weights.gate_up, run.weights.down, x);
}

/// What attention or feed-forward reads: the normed residual stream, or the stream itself where the family
/// has no such norm.
at::Tensor branch_input(const BlockRun& run, const TensorNorm& norm, const at::Tensor& x) {
  return run.architecture.input_norms ? run.norm(norm, x) : x;
}

at::Tensor finished_branch(const BlockRun& run, const TensorNorm& output_norm, const at::Tensor& branch) {
  return run.architecture.output_norms ? run.norm(output_norm, branch) : branch;
}

/// x + attention(norm x) + feed_forward(norm x), one norm or two.
at::Tensor run_parallel(const BlockRun& run, const at::Tensor& x) {
  const at::Tensor attention_input = branch_input(run, run.weights.attention_norm, x);
  const at::Tensor feed_forward_input = run.architecture.shared_input_norm
                                            ? attention_input
                                            : branch_input(run, run.weights.feed_forward_norm, x);
  const at::Tensor attended = attention(run, attention_input);
  const at::Tensor fed = feed_forward(run, feed_forward_input);
  const TensorClock clock = run.norms_clock();
  const double scale = run.architecture.residual_scale;
  return x.add(attended, scale).add_(fed, scale);
}

/// norm, attention, residual, norm, feed-forward, residual.
at::Tensor run_sequential(const BlockRun& run, const at::Tensor& x) {
  const bool after = run.architecture.residual_norms;
  const at::Tensor attended = attention(run, branch_input(run, run.weights.attention_norm, x));
  at::Tensor middle = run.residual(x, finished_branch(run, run.weights.attention_output_norm, attended));
  if (after) middle = run.norm(run.weights.attention_norm, middle);

  const at::Tensor fed = feed_forward(run, branch_input(run, run.weights.feed_forward_norm, middle));
  at::Tensor end = run.residual(middle, finished_branch(run, run.weights.feed_forward_output_norm, fed));
  if (after) end = run.norm(run.weights.feed_forward_norm, end);
  return end;
}

at::Tensor root_mean_square_norm(const at::Tensor& x, const at::Tensor& scale, double epsilon) {
#if PHASESCOPE_TORCH_AT_LEAST(2, 4)
  return at::rms_norm(x, {x.size(-1)}, scale, epsilon);
#else
  const at::Tensor normed = x * (x.square().mean(-1, true) + epsilon).rsqrt();
  return scale.defined() ? normed * scale : normed;
#endif
}

}  // namespace

at::Tensor normalize(const Architecture& architecture, const TensorNorm& norm, const at::Tensor& x) {
  const bool layer = architecture.norm == checkpoint::NormKind::layer;
  const bool one_row = !norm.scale.defined() || norm.scale.dim() == 1;
  const at::Tensor scale = one_row ? norm.scale : at::Tensor();
  const at::Tensor shift = one_row ? norm.bias : at::Tensor();
  at::Tensor normed = layer ? at::layer_norm(x, {x.size(-1)}, scale, shift, architecture.norm_epsilon)
                            : root_mean_square_norm(x, scale, architecture.norm_epsilon);
  if (!layer && shift.defined()) normed = normed + shift;
  if (one_row) return normed;
  normed = normed * norm.scale;
  return norm.bias.defined() ? normed + norm.bias : normed;
}

at::Tensor run_block(const Architecture& architecture, std::int64_t index, const TensorBlock& weights,
                     ProductTerms terms, const TensorPass& pass, TensorCache& cache,
                     std::vector<at::Tensor>* mean_weights, const at::Tensor& x) {
  const auto& pattern = architecture.pattern[static_cast<std::size_t>(index)];
  const BlockRun run{architecture, index, pattern, weights, terms, pass, cache, mean_weights};
  return architecture.parallel_residual ? run_parallel(run, x) : run_sequential(run, x);
}

}  // namespace phasescope::model::tensors
