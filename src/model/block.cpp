#include "block.h"

#include "activation.h"
#include "experts.h"
#include "norm.h"

#include <algorithm>
#include <cstring>

namespace phasescope::model {
namespace {

using checkpoint::Architecture;
using checkpoint::QueryKeyNorm;

/// Everything that stays the same while one block runs.
struct BlockRun {
  const Architecture& architecture;
  std::int64_t index;
  const checkpoint::BlockPattern& pattern;
  const LoadedBlock& weights;
  const std::vector<RotaryTable>& ropes;
  const std::vector<PackedSequence>& sequences;
  Linear& linear;
  BlockScratch& scratch;

  void norm(const NormTensor& weight, ConstMatrix from, Matrix to) const {
    normalize_rows(architecture.norm, architecture.norm_epsilon, weight, from, to);
  }
};

void normalize_heads(const BlockRun& run, const std::vector<NormTensor>& norms, Matrix x) {
  const Architecture& a = run.architecture;
  if (a.query_key_norm == QueryKeyNorm::all_heads) {
    run.norm(norms.front(), x, x);
    return;
  }
  const std::int64_t heads = x.columns / a.head_dim;
#pragma omp parallel for schedule(static)
  for (std::int64_t r = 0; r < x.rows; ++r) {
    for (std::int64_t h = 0; h < heads; ++h) {
      const NormTensor& norm = norms[norms.size() == 1 ? 0 : static_cast<std::size_t>(h)];
      normalize_vector(a.norm, a.norm_epsilon, norm, x.row(r) + h * a.head_dim, a.head_dim);
    }
  }
}

/// Appends a sequence's newest rows to its cache and returns all its rows so far.
Matrix with_cache(const PackedSequence& sequence, Matrix cache, Matrix newest) {
  const Matrix rows = newest.slice(sequence.first_row, sequence.rows);
  if (cache.data == nullptr) return rows;
  const Matrix place = cache.slice(sequence.first_position, sequence.rows);
  for (std::int64_t r = 0; r < rows.rows; ++r) {
    std::memcpy(place.row(r), rows.row(r), static_cast<std::size_t>(rows.columns) * sizeof(float));
  }
  return cache.slice(0, sequence.first_position + sequence.rows);
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

/// Self-attention of normed rows into `output` [rows, hidden].
void attention(const BlockRun& run, ConstMatrix x, Matrix output) {
  BlockScratch& s = run.scratch;
  run.linear.apply(x, run.weights.query, s.queries);
  run.linear.apply(x, run.weights.key, s.keys);
  run.linear.apply(x, run.weights.value, s.values);
  if (run.architecture.query_key_norm != QueryKeyNorm::none) {
    normalize_heads(run, run.weights.query_norms, s.queries);
    normalize_heads(run, run.weights.key_norms, s.keys);
  }
  if (run.pattern.rope >= 0) {
    const RotaryTable& rope = run.ropes[static_cast<std::size_t>(run.pattern.rope)];
    rope.rotate(s.queries, run.architecture.head_dim);
    rope.rotate(s.keys, run.architecture.head_dim);
  }
  std::vector<AttentionItem> items;
  for (const PackedSequence& sequence : run.sequences) {
    items.push_back({s.queries.slice(sequence.first_row, sequence.rows),
                     with_cache(sequence, sequence.cached_keys, s.keys),
                     with_cache(sequence, sequence.cached_values, s.values),
                     s.attended.slice(sequence.first_row, sequence.rows), sequence.mean_attention});
  }
  attend(attention_settings(run), items);
  run.linear.apply(s.attended, run.weights.output, output);
}

/// The feed-forward network, dense or a mixture of experts, of normed rows into `output` [rows, hidden].
void feed_forward(const BlockRun& run, ConstMatrix x, Matrix output) {
  const Architecture& a = run.architecture;
  if (run.pattern.experts) {
    run_experts(a, run.weights, run.linear, x, output);
    return;
  }
  BlockScratch& s = run.scratch;
  run.linear.apply(x, run.weights.up, s.up);
  if (a.gated) {
    run.linear.apply(x, run.weights.gate, s.gate);
    activate_gated(a.activation, s.gate, s.up);
    run.linear.apply(s.gate, run.weights.down, output);
  } else {
    activate(a.activation, s.up);
    run.linear.apply(s.up, run.weights.down, output);
  }
}

/// x += scale * branch, rows over the cores.
void add_residual(float scale, ConstMatrix branch, Matrix x) {
#pragma omp parallel for schedule(static)
  for (std::int64_t r = 0; r < x.rows; ++r) {
    const float* from = branch.row(r);
    float* to = x.row(r);
    for (std::int64_t c = 0; c < x.columns; ++c) to[c] += scale * from[c];
  }
}

/// What attention or feed-forward reads: the normed residual stream, or the stream itself where the family
/// has no such norm.
ConstMatrix branch_input(const BlockRun& run, const NormTensor& norm, ConstMatrix x) {
  if (!run.architecture.input_norms) return x;
  run.norm(norm, x, run.scratch.normed);
  return run.scratch.normed;
}

void finish_branch(const BlockRun& run, const NormTensor& output_norm, Matrix branch) {
  if (run.architecture.output_norms) run.norm(output_norm, branch, branch);
}

/// x + attention(norm x) + feed_forward(norm x), one norm or two.
void run_parallel(const BlockRun& run, Matrix x) {
  const auto scale = static_cast<float>(run.architecture.residual_scale);
  const ConstMatrix attention_input = branch_input(run, run.weights.attention_norm, x);
  attention(run, attention_input, run.scratch.branch);
  const ConstMatrix feed_forward_input = run.architecture.shared_input_norm
                                             ? attention_input
                                             : branch_input(run, run.weights.feed_forward_norm, x);
  feed_forward(run, feed_forward_input, run.scratch.second_branch);
  add_residual(scale, run.scratch.branch, x);
  add_residual(scale, run.scratch.second_branch, x);
}

/// norm, attention, residual, norm, feed-forward, residual.
void run_sequential(const BlockRun& run, Matrix x) {
  const auto scale = static_cast<float>(run.architecture.residual_scale);
  attention(run, branch_input(run, run.weights.attention_norm, x), run.scratch.branch);
  finish_branch(run, run.weights.attention_output_norm, run.scratch.branch);
  add_residual(scale, run.scratch.branch, x);
  if (run.architecture.residual_norms) run.norm(run.weights.attention_norm, x, x);

  feed_forward(run, branch_input(run, run.weights.feed_forward_norm, x), run.scratch.branch);
  finish_branch(run, run.weights.feed_forward_output_norm, run.scratch.branch);
  add_residual(scale, run.scratch.branch, x);
  if (run.architecture.residual_norms) run.norm(run.weights.feed_forward_norm, x, x);
}

}  // namespace

BlockScratch::BlockScratch(const Architecture& a, std::int64_t rows) {
  normed = allocate(rows, a.hidden);
  branch = allocate(rows, a.hidden);
  if (a.parallel_residual) second_branch = allocate(rows, a.hidden);
  queries = allocate(rows, a.query_width());
  keys = allocate(rows, a.key_value_width());
  values = allocate(rows, a.key_value_width());
  attended = allocate(rows, a.query_width());
  if (a.gated) gate = allocate(rows, a.intermediate);
  up = allocate(rows, a.intermediate);
}

Matrix BlockScratch::allocate(std::int64_t rows, std::int64_t columns) {
  storage_.emplace_back(static_cast<std::size_t>(rows * columns));
  return {storage_.back().data(), rows, columns};
}

void run_block(const Architecture& architecture, std::int64_t index, const LoadedBlock& weights,
               const std::vector<RotaryTable>& ropes, const std::vector<PackedSequence>& sequences,
               Linear& linear, BlockScratch& scratch, Matrix x) {
  const auto& pattern = architecture.pattern[static_cast<std::size_t>(index)];
  const BlockRun run{architecture, index, pattern, weights, ropes, sequences, linear, scratch};
  if (architecture.parallel_residual) {
    run_parallel(run, x);
  } else {
    run_sequential(run, x);
  }
}

}  // namespace phasescope::model
