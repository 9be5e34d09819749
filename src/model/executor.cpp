#include "executor.h"

#include "embedding.h"
#include "next_token.h"
#include "norm.h"
#include "stopwatch.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "phasescope/base/error.h"
#include "phasescope/base/memory.h"

namespace phasescope::model {
namespace {

using checkpoint::Architecture;
using states::Observer;
using states::Segment;
using states::StateMatrix;

constexpr std::int64_t kLogitRows = 128;  // rows whose logits exist at one time

StateMatrix as_states(ConstMatrix x) {
  return {x.data, x.rows, x.columns, Eigen::OuterStride<>(x.stride)};
}

std::uint64_t weights_budget(const checkpoint::Checkpoint& checkpoint, const ModelOptions& options) {
  if (options.weights_memory >= 0) return static_cast<std::uint64_t>(options.weights_memory);
  // Half of what is free: states, caches and the page cache of the weights need the rest.
  const std::uint64_t half = available_memory() / 2;
  return std::min(half, converted_bytes(checkpoint));
}

void check_prompt(const checkpoint::Checkpoint& checkpoint, const PromptTokens& prompt) {
  const Architecture& a = checkpoint.architecture();
  const std::string file = checkpoint.path().string();
  const std::string field = "prompt " + std::to_string(prompt.sequence);
  if (prompt.ids.empty()) throw_input_error(file, field, "has no token", "at least 1");
  for (const std::int64_t id : prompt.ids) {
    if (id < 0 || id >= a.vocabulary) {
      throw_input_error(file, field, "token id " + std::to_string(id),
                        "0 to " + std::to_string(a.vocabulary - 1));
    }
  }
  const std::int64_t length = static_cast<std::int64_t>(prompt.ids.size()) + prompt.max_new_tokens;
  if (a.learned_positions && length > a.maximum_positions) {
    throw_input_error(file, field, std::to_string(length) + " positions with what is to be generated",
                      "at most " + std::to_string(a.maximum_positions));
  }
}

}  // namespace

/// One batch on its way through the model.
class Executor::Batch {
 public:
  Batch(Executor& executor, const std::vector<PromptTokens>& prompts, const BatchOptions& options,
        const std::vector<Observer*>& observers);

  void run_prompts();
  void generate();
  std::vector<SequenceResult> take_results() { return std::move(results_); }

 private:
  /// What one pass through all blocks works on: whole prompts, or the newest token of each sequence that
  /// still generates.
  struct Pass {
    states::Phase phase;
    std::vector<std::size_t> members;     ///< index into prompts_ of each sequence
    std::vector<std::int64_t> tokens;     ///< one a row
    std::vector<std::int64_t> positions;  ///< one a row
    std::vector<RowPosition> row_positions;
    std::vector<Segment> segments;  ///< one a member
  };

  Pass prompt_pass() const;
  Pass step_pass() const;
  void add_rows(Pass& pass, std::size_t member, const std::int64_t* ids, std::int64_t count,
                std::int64_t first) const;
  void run_blocks(const Pass& pass);
  std::vector<PackedSequence> packed_sequences(const Pass& pass, std::int64_t block);
  void run_one_block(const Pass& pass, std::int64_t block, const std::vector<RotaryTable>& ropes,
                     BlockScratch& scratch);
  void show(const Pass& pass, std::int64_t point, bool after_final_norm, Matrix states);
  void show_last_point(const Pass& pass);
  void show_attention(const Pass& pass, std::int64_t block, const std::vector<PackedSequence>& sequences);
  bool attention_wanted(std::int64_t block) const;
  void predict(const Pass& pass);
  void predict_rows(const Pass& pass, const std::vector<std::int64_t>& rows);
  void handle_row(const Pass& pass, std::int64_t row, const TokenDistribution& distribution,
                  const float* logits);
  std::vector<std::int64_t> rows_needing_logits(const Pass& pass) const;
  void advance(std::size_t member, const TokenDistribution& distribution, const float* logits,
               std::int64_t position);
  void finish(std::size_t member, Finish how);
  template <class Call>
  void tell(Call call);
  void progress(std::int64_t tokens) const {
    if (options_.on_progress) options_.on_progress(tokens);
  }
  const Architecture& architecture() const { return executor_.checkpoint_.architecture(); }

  Executor& executor_;
  const std::vector<PromptTokens>& prompts_;
  const BatchOptions& options_;
  const std::vector<Observer*>& observers_;
  KvCache cache_;
  std::vector<SequenceResult> results_;
  std::vector<double> nll_sums_;
  std::vector<bool> active_;  ///< still generating; its newest token has not been run yet
  Buffer x_, previous_, normed_;
  Buffer attention_storage_;
};

namespace {

std::vector<std::int64_t> cache_capacities(const std::vector<PromptTokens>& prompts) {
  std::vector<std::int64_t> capacities;
  for (const PromptTokens& prompt : prompts) {
    const bool generates = prompt.max_new_tokens > 0;
    capacities.push_back(generates ? static_cast<std::int64_t>(prompt.ids.size()) + prompt.max_new_tokens
                                   : 0);
  }
  return capacities;
}

}  // namespace

Executor::Batch::Batch(Executor& executor, const std::vector<PromptTokens>& prompts,
                       const BatchOptions& options, const std::vector<Observer*>& observers)
    : executor_(executor),
      prompts_(prompts),
      options_(options),
      observers_(observers),
      cache_(executor.checkpoint_.architecture(), cache_capacities(prompts)),
      results_(prompts.size()),
      nll_sums_(prompts.size(), 0.0),
      active_(prompts.size(), false) {
  for (std::size_t m = 0; m < prompts.size(); ++m) {
    results_[m].sequence = prompts[m].sequence;
    results_[m].prompt_nll = results_[m].top1_probability = std::numeric_limits<double>::quiet_NaN();
  }
}

template <class Call>
void Executor::Batch::tell(Call call) {
  const Stopwatch watch;
  for (Observer* observer : observers_) call(*observer);
  executor_.seconds_.observe += watch.seconds();
}

void Executor::Batch::add_rows(Pass& pass, std::size_t member, const std::int64_t* ids, std::int64_t count,
                               std::int64_t first) const {
  const auto first_row = static_cast<std::int64_t>(pass.tokens.size());
  pass.members.push_back(member);
  pass.segments.push_back({prompts_[member].sequence, first_row, count, first});
  for (std::int64_t i = 0; i < count; ++i) {
    pass.tokens.push_back(ids[i]);
    pass.positions.push_back(first + i);
    pass.row_positions.push_back({first + i, first + count});
  }
}

Executor::Batch::Pass Executor::Batch::prompt_pass() const {
  Pass pass{states::Phase::prompt, {}, {}, {}, {}, {}};
  for (std::size_t m = 0; m < prompts_.size(); ++m) {
    add_rows(pass, m, prompts_[m].ids.data(), static_cast<std::int64_t>(prompts_[m].ids.size()), 0);
  }
  return pass;
}

Executor::Batch::Pass Executor::Batch::step_pass() const {
  Pass pass{states::Phase::generation, {}, {}, {}, {}, {}};
  for (std::size_t m = 0; m < prompts_.size(); ++m) {
    if (!active_[m]) continue;
    const std::vector<std::int64_t>& generated = results_[m].generated_ids;
    const std::size_t position = prompts_[m].ids.size() + generated.size() - 1;
    add_rows(pass, m, &generated.back(), 1, static_cast<std::int64_t>(position));
  }
  return pass;
}

void Executor::Batch::run_prompts() {
  const Stopwatch watch;
  const double observed_before = executor_.seconds_.observe;
  const Pass pass = prompt_pass();
  run_blocks(pass);
  predict(pass);
  executor_.seconds_.forward += watch.seconds() - (executor_.seconds_.observe - observed_before);
}

void Executor::Batch::generate() {
  const Stopwatch watch;
  const double observed_before = executor_.seconds_.observe;
  while (std::find(active_.begin(), active_.end(), true) != active_.end()) {
    const Pass pass = step_pass();
    run_blocks(pass);
    predict(pass);
    progress(static_cast<std::int64_t>(pass.tokens.size()));
  }
  executor_.seconds_.generate += watch.seconds() - (executor_.seconds_.observe - observed_before);
}

void Executor::Batch::run_blocks(const Pass& pass) {
  const Architecture& a = architecture();
  const auto rows = static_cast<std::int64_t>(pass.tokens.size());
  const auto elements = static_cast<std::size_t>(rows * a.hidden);
  x_.resize(elements);
  previous_.resize(elements);
  const Matrix x(x_.data(), rows, a.hidden);
  embed(executor_.checkpoint_, executor_.outer_, pass.tokens, pass.positions, executor_.linear_, x);
  show(pass, 0, false, x);
  std::vector<RotaryTable> ropes;
  for (const checkpoint::Rope& rope : a.ropes) ropes.emplace_back(rope, pass.row_positions);
  BlockScratch scratch(a, rows);
  for (std::int64_t b = 0; b < a.blocks; ++b) run_one_block(pass, b, ropes, scratch);
}

std::vector<PackedSequence> Executor::Batch::packed_sequences(const Pass& pass, std::int64_t block) {
  std::vector<PackedSequence> sequences;
  std::size_t attention_elements = 0;
  const bool with_attention = pass.phase == states::Phase::prompt && attention_wanted(block);
  for (std::size_t i = 0; i < pass.members.size(); ++i) {
    const Segment& segment = pass.segments[i];
    sequences.push_back({segment.first_row,
                         segment.rows,
                         segment.first_position,
                         cache_.keys(block, pass.members[i]),
                         cache_.values(block, pass.members[i]),
                         {}});
    attention_elements += static_cast<std::size_t>(segment.rows * segment.rows);
  }
  if (!with_attention) return sequences;
  attention_storage_.resize(attention_elements);
  float* next = attention_storage_.data();
  for (PackedSequence& sequence : sequences) {
    sequence.mean_attention = Matrix(next, sequence.rows, sequence.rows);
    next += sequence.rows * sequence.rows;
  }
  return sequences;
}

void Executor::Batch::run_one_block(const Pass& pass, std::int64_t block,
                                    const std::vector<RotaryTable>& ropes, BlockScratch& scratch) {
  const Architecture& a = architecture();
  const auto rows = static_cast<std::int64_t>(pass.tokens.size());
  const Matrix x(x_.data(), rows, a.hidden);
  previous_ = x_;
  const std::vector<PackedSequence> sequences = packed_sequences(pass, block);
  const std::shared_ptr<const LoadedBlock> weights = executor_.blocks_.block(block);
  run_block(a, block, *weights, ropes, sequences, executor_.linear_, scratch, x);
  show_attention(pass, block, sequences);
  if (block + 1 < a.blocks) {
    show(pass, block + 1, false, x);
  } else {
    show_last_point(pass);
  }
  if (pass.phase == states::Phase::prompt) progress(0);
}

void Executor::Batch::show(const Pass& pass, std::int64_t point, bool after_final_norm, Matrix states) {
  const ConstMatrix before = point == 0 ? ConstMatrix(nullptr, 0, states.columns)
                                        : ConstMatrix(previous_.data(), states.rows, states.columns);
  const states::StateView view{point,         architecture().points(), after_final_norm,
                               pass.phase,    as_states(states),       as_states(before),
                               &pass.segments};
  tell([&](Observer& observer) { observer.observe(view); });
}

void Executor::Batch::show_last_point(const Pass& pass) {
  const Architecture& a = architecture();
  const Matrix x(x_.data(), static_cast<std::int64_t>(pass.tokens.size()), a.hidden);
  normed_.resize(x_.size());
  const Matrix normed(normed_.data(), x.rows, x.columns);
  if (a.final_norm) {
    normalize_rows(a.norm, a.norm_epsilon, executor_.outer_.final_norm, x, normed);
  } else {
    normed_ = x_;
  }
  if (options_.final_states != FinalStates::hf) show(pass, a.blocks, false, x);
  if (options_.final_states != FinalStates::raw) show(pass, a.blocks, true, normed);
}

bool Executor::Batch::attention_wanted(std::int64_t block) const {
  return std::any_of(observers_.begin(), observers_.end(),
                     [&](const Observer* observer) { return observer->wants_attention(block); });
}

void Executor::Batch::show_attention(const Pass& pass, std::int64_t block,
                                     const std::vector<PackedSequence>& sequences) {
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    if (sequences[i].mean_attention.data == nullptr) continue;
    const states::AttentionView view{pass.segments[i].sequence, block,
                                     as_states(sequences[i].mean_attention)};
    tell([&](Observer& observer) {
      if (observer.wants_attention(block)) observer.observe_attention(view);
    });
  }
}

std::vector<std::int64_t> Executor::Batch::rows_needing_logits(const Pass& pass) const {
  std::vector<std::int64_t> rows;
  for (const Segment& segment : pass.segments) {
    const bool all = pass.phase == states::Phase::prompt && options_.prompt_likelihood;
    for (std::int64_t i = all ? 0 : segment.rows - 1; i < segment.rows; ++i)
      rows.push_back(segment.first_row + i);
  }
  return rows;
}

void Executor::Batch::predict(const Pass& pass) {
  const std::vector<std::int64_t> rows = rows_needing_logits(pass);
  for (std::size_t first = 0; first < rows.size(); first += kLogitRows) {
    const std::size_t end = std::min(rows.size(), first + static_cast<std::size_t>(kLogitRows));
    predict_rows(pass, {rows.begin() + static_cast<std::ptrdiff_t>(first),
                        rows.begin() + static_cast<std::ptrdiff_t>(end)});
  }
}

void Executor::Batch::predict_rows(const Pass& pass, const std::vector<std::int64_t>& rows) {
  const Architecture& a = architecture();
  const auto count = static_cast<std::int64_t>(rows.size());
  Buffer input(static_cast<std::size_t>(count * a.hidden));
  for (std::int64_t i = 0; i < count; ++i) {
    const float* row = normed_.data() + rows[static_cast<std::size_t>(i)] * a.hidden;
    std::copy(row, row + a.hidden, input.data() + i * a.hidden);
  }
  ConstMatrix states(input.data(), count, a.hidden);
  Buffer projected;
  if (executor_.outer_.project_out) {
    projected.resize(static_cast<std::size_t>(count * a.embedding_width));
    const Matrix output(projected.data(), count, a.embedding_width);
    executor_.linear_.apply(states, executor_.outer_.project_out, output);
    states = output;
  }
  Buffer logits(static_cast<std::size_t>(count * a.vocabulary));
  executor_.linear_.apply(states, executor_.outer_.head, Matrix(logits.data(), count, a.vocabulary));
  std::vector<TokenDistribution> distributions(rows.size());
#pragma omp parallel for schedule(static)
  for (std::int64_t i = 0; i < count; ++i) {
    Eigen::Map<Eigen::ArrayXf> row(logits.data() + i * a.vocabulary, a.vocabulary);
    if (a.logit_scale != 1) row *= static_cast<float>(a.logit_scale);
    if (a.logit_softcap) {
      const auto cap = static_cast<float>(*a.logit_softcap);
      row = cap * (row / cap).tanh();
    }
    distributions[static_cast<std::size_t>(i)] = describe(row.data(), a.vocabulary);
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    handle_row(pass, rows[i], distributions[i], logits.data() + static_cast<std::int64_t>(i) * a.vocabulary);
  }
}

void Executor::Batch::handle_row(const Pass& pass, std::int64_t row, const TokenDistribution& distribution,
                                 const float* logits) {
  const auto after =
      std::upper_bound(pass.segments.begin(), pass.segments.end(), row,
                       [](std::int64_t r, const Segment& segment) { return r < segment.first_row; });
  const auto index = static_cast<std::size_t>(after - pass.segments.begin() - 1);
  const Segment& segment = pass.segments[index];
  const std::size_t member = pass.members[index];
  const std::int64_t offset = row - segment.first_row;
  if (!distribution.finite) {
    results_[member].error =
        "logits are not finite at position " + std::to_string(segment.first_position + offset);
  }
  if (offset + 1 < segment.rows) {
    const std::int64_t next = prompts_[member].ids[static_cast<std::size_t>(offset + 1)];
    nll_sums_[member] += distribution.log_normalizer - static_cast<double>(logits[next]);
    return;
  }
  if (pass.phase == states::Phase::prompt && options_.prompt_likelihood && segment.rows > 1) {
    results_[member].prompt_nll = nll_sums_[member] / static_cast<double>(segment.rows - 1);
  }
  advance(member, distribution, logits, segment.first_position + offset);
}

void Executor::Batch::advance(std::size_t member, const TokenDistribution& distribution, const float* logits,
                              std::int64_t position) {
  SequenceResult& result = results_[member];
  const PromptTokens& prompt = prompts_[member];
  if (!result.error.empty()) {
    result.top1_probability = std::numeric_limits<double>::quiet_NaN();
    finish(member, Finish::none);
    return;
  }
  const auto step = static_cast<std::int64_t>(result.generated_ids.size());
  if (step == 0) result.top1_probability = distribution.top1;
  const double draw = uniform_draw(options_.sampling.seed, prompt.sequence, step);
  const std::int64_t next = choose(options_.sampling, logits, architecture().vocabulary, draw);
  const std::int64_t newest = step == 0 ? prompt.ids.back() : result.generated_ids.back();
  const states::Prediction prediction{
      prompt.sequence, position, newest, next, distribution.top1, distribution.margin, distribution.entropy};
  tell([&](Observer& observer) { observer.observe_prediction(prediction); });
  if (step >= prompt.max_new_tokens) {
    finish(member, prompt.max_new_tokens > 0 ? Finish::length : Finish::none);
    return;
  }
  result.generated_ids.push_back(next);
  const std::vector<std::int64_t>& end_tokens = architecture().end_tokens;
  if (std::find(end_tokens.begin(), end_tokens.end(), next) != end_tokens.end()) {
    finish(member, Finish::end_token);
  } else {
    active_[member] = true;
  }
}

void Executor::Batch::finish(std::size_t member, Finish how) {
  active_[member] = false;
  results_[member].finish = how;
  tell([&](Observer& observer) { observer.finish_sequence(prompts_[member].sequence); });
}

Executor::Executor(const checkpoint::Checkpoint& checkpoint, const ModelOptions& options)
    : checkpoint_(checkpoint),
      linear_(matrix_library_named(options.blas), options.deterministic),
      outer_(),
      blocks_(checkpoint, weights_budget(checkpoint, options)) {
  if (options.device != "auto" && options.device != "cpu") {
    throw Error(ExitClass::environment,
                "--device: \"" + options.device + "\" is not available in this build, expected cpu");
  }
  if (options.dtype != "auto" && options.dtype != "float32") {
    throw Error(ExitClass::usage,
                "--dtype: \"" + options.dtype + "\" cannot be computed in on the CPU, expected float32");
  }
  const Stopwatch watch;
  outer_ = load_outer(checkpoint);
  seconds_.load = watch.seconds();
}

StageSeconds Executor::seconds() const {
  StageSeconds result = seconds_;
  // Blocks are converted while prompts and tokens run; the cache keeps that time apart.
  result.load += blocks_.seconds();
  result.forward -= blocks_.seconds();
  return result;
}

std::vector<SequenceResult> Executor::run(const std::vector<PromptTokens>& prompts,
                                          const BatchOptions& options,
                                          const std::vector<Observer*>& observers) {
  for (const PromptTokens& prompt : prompts) check_prompt(checkpoint_, prompt);
  if (prompts.empty()) return {};
  Batch batch(*this, prompts, options, observers);
  batch.run_prompts();
  batch.generate();
  return batch.take_results();
}

}  // namespace phasescope::model
