#include "block.h"

#include "activation.h"
#include "experts.h"
#include "norm.h"

#include <algorithm>
#include <cstring>
#include <initializer_list>

namespace phasescope::model {
namespace {

using checkpoint::Architecture;
using checkpoint::QueryKeyNorm;

/// Everything that stays the same while one block runs.
struct BlockRun {
  const BlockPass& pass;
  std::int64_t index;
  const checkpoint::BlockPattern& pattern;
  const HostBlock& weights;
  const std::vector<PackedSequence>& sequences;

  const Architecture& architecture() const { return pass.architecture; }
  BlockScratch& scratch() const { return pass.scratch; }

  void apply(const ProductRows& x, const PreparedLinear& linear, Matrix y) const {
    if (x.are_terms()) {
      pass.linear.apply(*x.terms(), linear, y);
    } else {
      pass.linear.apply(x.values(), linear, y);
    }
  }

  void norm(const NormTensor& weight, ConstMatrix from, const ProductRows& to) const {
    const ProfileClock clock(pass.profile, "norms and residual sums");
    normalize_rows(architecture().norm, architecture().norm_epsilon, weight, from, to);
  }
};

/// Where to write rows that these maps read: as terms if all of their weights are.
ProductRows rows_for(std::initializer_list<const PreparedLinear*> readers, Matrix values, SplitRows& terms) {
  for (const PreparedLinear* reader : readers) {
    if (!*reader || !reader->weight->split) return values;
  }
  terms.resize(values.rows, values.columns, (*readers.begin())->weight->split->input_terms());
  return terms;
}

/// What attention reads, and what feed-forward does.
ProductRows attention_rows(const BlockRun& run) {
  BlockScratch& s = run.scratch();
  return rows_for({&run.weights.query_key_value}, s.normed, s.normed_terms);
}
ProductRows feed_forward_rows(const BlockRun& run) {
  BlockScratch& s = run.scratch();
  return rows_for({&run.weights.gate_up}, s.normed, s.normed_terms);
}

/// Columns [first, first + count) of all rows.
Matrix columns_of(Matrix x, std::int64_t first, std::int64_t count) {
  return {x.data + first, x.rows, count, x.stride};
}

/// One row's heads, side by side.
void normalize_heads(const Architecture& a, const std::vector<NormTensor>& norms, float* row,
                     std::int64_t width) {
  if (a.query_key_norm == QueryKeyNorm::all_heads) {
    normalize_vector(a.norm, a.norm_epsilon, norms.front(), row, width);
    return;
  }
  for (std::int64_t h = 0; h < width / a.head_dim; ++h) {
    const NormTensor& norm = norms[norms.size() == 1 ? 0 : static_cast<std::size_t>(h)];
    normalize_vector(a.norm, a.norm_epsilon, norm, row + h * a.head_dim, a.head_dim);
  }
}

void normalize_queries_and_keys(const BlockRun& run, Matrix queries, Matrix keys) {
  const Architecture& a = run.architecture();
  if (a.query_key_norm == QueryKeyNorm::none) return;
  const ProfileClock clock(run.pass.profile, "norms and residual sums");
#pragma omp parallel for schedule(static)
  for (std::int64_t r = 0; r < queries.rows; ++r) {
    normalize_heads(a, run.weights.query_norms, queries.row(r), queries.columns);
    normalize_heads(a, run.weights.key_norms, keys.row(r), keys.columns);
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
  const Architecture& a = run.architecture();
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

/// Multiplications and additions of causal attention, the two products alone.
double attention_operations(const BlockRun& run) {
  double pairs = 0;
  for (const PackedSequence& sequence : run.sequences) {
    const auto rows = static_cast<double>(sequence.rows);
    pairs += rows * (static_cast<double>(sequence.first_position) + (rows + 1) / 2);
  }
  return 4 * pairs * static_cast<double>(run.architecture().query_width());
}

void attend_sequences(const BlockRun& run, Matrix queries, Matrix keys, Matrix values,
                      const ProductRows& attended) {
  const ProfileClock clock(run.pass.profile, "attention", attention_operations(run));
  std::vector<AttentionItem> items;
  for (const PackedSequence& sequence : run.sequences) {
    items.push_back({queries.slice(sequence.first_row, sequence.rows),
                     with_cache(sequence, sequence.cached_keys, keys),
                     with_cache(sequence, sequence.cached_values, values),
                     attended.from(sequence.first_row, sequence.rows), sequence.mean_attention});
  }
  attend(attention_settings(run), items);
}

/// Where attention writes: terms are written by whole blocks of a head.
ProductRows attended_rows(const BlockRun& run) {
  BlockScratch& s = run.scratch();
  if (run.architecture().head_dim % kTileRows != 0) return s.attended;
  return rows_for({&run.weights.output}, s.attended, s.attended_terms);
}

/// Self-attention of normed rows into `output` [rows, hidden].
void attention(const BlockRun& run, const ProductRows& x, Matrix output) {
  const Architecture& a = run.architecture();
  const Matrix all = run.scratch().query_key_value;
  run.apply(x, run.weights.query_key_value, all);
  const Matrix queries = columns_of(all, 0, a.query_width());
  const Matrix keys = columns_of(all, a.query_width(), a.key_value_width());
  const Matrix values = columns_of(all, a.query_width() + a.key_value_width(), a.key_value_width());
  normalize_queries_and_keys(run, queries, keys);
  if (run.pattern.rope >= 0) {
    const ProfileClock clock(run.pass.profile, "rotary embedding");
    const Matrix rotated = columns_of(all, 0, a.query_width() + a.key_value_width());
    run.pass.ropes[static_cast<std::size_t>(run.pattern.rope)].rotate(rotated, a.head_dim,
                                                                      run.pass.first_row);
  }
  const ProductRows attended = attended_rows(run);
  attend_sequences(run, queries, keys, values, attended);
  run.apply(attended, run.weights.output, output);
}

void activate_rows(const BlockRun& run, Matrix gate_up, Matrix activated) {
  const ProfileClock clock(run.pass.profile, "activation");
  const Architecture& a = run.architecture();
  if (a.gated) {
    activate_gated(a.activation, columns_of(gate_up, 0, activated.columns),
                   columns_of(gate_up, activated.columns, activated.columns), activated);
  } else {
    activate(a.activation, activated);
  }
}

/// Gate and up of rows in terms, gated on the way and written as terms.
bool gates_on_the_way(const BlockRun& run, const ProductRows& x) {
  return run.architecture().gated && x.are_terms() && run.weights.gate_up.weight->split->has_halves() &&
         run.weights.down.weight->split;
}

/// The feed-forward network, dense or a mixture of experts, of normed rows into `output` [rows, hidden].
void feed_forward(const BlockRun& run, const ProductRows& x, Matrix output) {
  BlockScratch& s = run.scratch();
  const Architecture& a = run.architecture();
  if (run.pattern.experts) {
    run_experts(a, run.weights, run.pass.linear, x.values(), output);
  } else if (gates_on_the_way(run, x)) {
    run.pass.linear.apply_gated(*x.terms(), run.weights.gate_up, a.activation, s.activated_terms);
    run.apply(s.activated_terms, run.weights.down, output);
  } else {
    run.apply(x, run.weights.gate_up, s.gate_up);
    activate_rows(run, s.gate_up, s.activated);
    run.apply(s.activated, run.weights.down, output);
  }
}

BranchEnd branch_end(const BlockRun& run) {
  const Architecture& a = run.architecture();
  BranchEnd end;
  end.kind = a.norm;
  end.epsilon = a.norm_epsilon;
  end.scale = static_cast<float>(a.residual_scale);
  return end;
}

void finish_branch(const BlockRun& run, const BranchEnd& end, ConstMatrix before, Matrix branch, Matrix sum,
                   const ProductRows& next) {
  const ProfileClock clock(run.pass.profile, "norms and residual sums");
  end_branch(end, before, branch, sum, next);
}

/// What attention or feed-forward reads: the normed residual stream in `normed`, or the stream itself where
/// the family has no such norm.
ProductRows branch_input(const BlockRun& run, const NormTensor& norm, Matrix x, const ProductRows& normed) {
  if (!run.architecture().input_norms) return x;
  run.norm(norm, x, normed);
  return normed;
}

/// x + attention(norm x) + feed_forward(norm x), one norm or two.
void run_parallel(const BlockRun& run, Matrix x, Matrix output) {
  const Architecture& a = run.architecture();
  const HostBlock& w = run.weights;
  BlockScratch& s = run.scratch();
  const ProductRows normed = a.shared_input_norm
                                 ? rows_for({&w.query_key_value, &w.gate_up}, s.normed, s.normed_terms)
                                 : attention_rows(run);
  const ProductRows attention_input = branch_input(run, w.attention_norm, x, normed);
  attention(run, attention_input, s.branch);
  const ProductRows feed_forward_input =
      a.shared_input_norm ? attention_input
                          : branch_input(run, w.feed_forward_norm, x, feed_forward_rows(run));
  feed_forward(run, feed_forward_input, s.second_branch);
  const BranchEnd end = branch_end(run);
  finish_branch(run, end, x, s.branch, output, {});
  finish_branch(run, end, output, s.second_branch, output, {});
}

/// norm, attention, residual, norm, feed-forward, residual.
void run_sequential(const BlockRun& run, Matrix x, Matrix output) {
  const Architecture& a = run.architecture();
  const HostBlock& w = run.weights;
  BlockScratch& s = run.scratch();
  attention(run, branch_input(run, w.attention_norm, x, attention_rows(run)), s.branch);
  BranchEnd attention_end = branch_end(run);
  if (a.output_norms) attention_end.branch_norm = &w.attention_output_norm;
  if (a.residual_norms) attention_end.residual_norm = &w.attention_norm;
  if (a.input_norms) attention_end.next_norm = &w.feed_forward_norm;
  const ProductRows normed = a.input_norms ? feed_forward_rows(run) : ProductRows();
  finish_branch(run, attention_end, x, s.branch, output, normed);

  feed_forward(run, a.input_norms ? normed : output, s.branch);
  BranchEnd feed_forward_end = branch_end(run);
  if (a.output_norms) feed_forward_end.branch_norm = &w.feed_forward_output_norm;
  if (a.residual_norms) feed_forward_end.residual_norm = &w.feed_forward_norm;
  finish_branch(run, feed_forward_end, output, s.branch, output, {});
}

}  // namespace

void BlockScratch::resize(std::int64_t rows) {
  const Architecture& a = architecture_;
  normed = place(0, rows, a.hidden);
  branch = place(1, rows, a.hidden);
  if (a.parallel_residual) second_branch = place(2, rows, a.hidden);
  query_key_value = place(3, rows, a.query_width() + 2 * a.key_value_width());
  attended = place(4, rows, a.query_width());
  gate_up = place(5, rows, (a.gated ? 2 : 1) * a.intermediate);
  activated = a.gated ? place(6, rows, a.intermediate) : gate_up;
}

Matrix BlockScratch::place(std::size_t index, std::int64_t rows, std::int64_t columns) {
  Buffer& storage = storage_[index];
  const auto needed = static_cast<std::size_t>(rows * columns);
  if (storage.size() < needed) storage = Buffer(needed);
  return {storage.data(), rows, columns};
}

void run_block(const BlockPass& pass, std::int64_t index, const HostBlock& weights,
               const std::vector<PackedSequence>& sequences, Matrix input, Matrix output) {
  const auto& pattern = pass.architecture.pattern[static_cast<std::size_t>(index)];
  const BlockRun run{pass, index, pattern, weights, sequences};
  if (pass.architecture.parallel_residual) {
    run_parallel(run, input, output);
  } else {
    run_sequential(run, input, output);
  }
}

}  // namespace phasescope::model
