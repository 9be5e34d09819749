#include "sequence_batch.h"

#include "stopwatch.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace phasescope::model {
namespace {

using states::Observer;
using states::Segment;
using states::StateMatrix;

StateMatrix as_states(ConstMatrix x) {
  return {x.data, x.rows, x.columns, Eigen::OuterStride<>(x.stride)};
}

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

SequenceBatch::SequenceBatch(const checkpoint::Architecture& architecture, Backend& backend,
                             const std::vector<PromptTokens>& prompts, const BatchOptions& options,
                             const std::vector<Observer*>& observers)
    : architecture_(architecture),
      prompts_(prompts),
      options_(options),
      observers_(observers),
      backend_(backend.start_batch(cache_capacities(prompts))),
      results_(prompts.size()),
      nll_sums_(prompts.size(), 0.0),
      makes_grams_(backend.makes_grams()),
      active_(prompts.size(), false) {
  for (std::size_t m = 0; m < prompts.size(); ++m) {
    results_[m].sequence = prompts[m].sequence;
    results_[m].prompt_nll = results_[m].top1_probability = std::numeric_limits<double>::quiet_NaN();
  }
}

template <class Call>
void SequenceBatch::tell(Call call) {
  const Stopwatch watch;
  for (Observer* observer : observers_) call(*observer);
  observe_seconds_ += watch.seconds();
}

void SequenceBatch::add_rows(Pass& pass, std::size_t member, const std::int64_t* ids, std::int64_t count,
                             std::int64_t first) const {
  PassRows& rows = pass.rows;
  const auto first_row = static_cast<std::int64_t>(rows.tokens.size());
  rows.sequences.push_back({member, first_row, count, first});
  pass.segments.push_back({prompts_[member].sequence, first_row, count, first});
  for (std::int64_t i = 0; i < count; ++i) {
    rows.tokens.push_back(ids[i]);
    rows.positions.push_back(first + i);
    rows.row_positions.push_back({first + i, first + count});
  }
}

SequenceBatch::Pass SequenceBatch::prompt_pass() const {
  Pass pass{states::Phase::prompt, {}, {}};
  pass.rows.attention_blocks = wanted_attention();
  for (std::size_t m = 0; m < prompts_.size(); ++m) {
    add_rows(pass, m, prompts_[m].ids.data(), static_cast<std::int64_t>(prompts_[m].ids.size()), 0);
  }
  if (makes_grams_) pass.rows.reading = reading_of(observers_, pass.segments, architecture_.points());
  return pass;
}

SequenceBatch::Pass SequenceBatch::step_pass() const {
  Pass pass{states::Phase::generation, {}, {}};
  for (std::size_t m = 0; m < prompts_.size(); ++m) {
    if (!active_[m]) continue;
    const std::vector<std::int64_t>& generated = results_[m].generated_ids;
    const std::size_t position = prompts_[m].ids.size() + generated.size() - 1;
    add_rows(pass, m, &generated.back(), 1, static_cast<std::int64_t>(position));
  }
  return pass;
}

void SequenceBatch::run_prompts() {
  const Pass pass = prompt_pass();
  run_blocks(pass);
  predict(pass);
}

void SequenceBatch::generate() {
  while (std::find(active_.begin(), active_.end(), true) != active_.end()) {
    const Pass pass = step_pass();
    run_blocks(pass);
    predict(pass);
    progress(static_cast<std::int64_t>(pass.rows.tokens.size()));
  }
}

void SequenceBatch::run_blocks(const Pass& pass) {
  backend_->begin(pass.rows);
  ConstMatrix previous(nullptr, 0, architecture_.hidden);
  for (std::int64_t point = 0; point <= architecture_.blocks; ++point) {
    const ConstMatrix states = backend_->states(point);
    if (point > 0) show_attention(pass, point - 1);
    if (point < architecture_.blocks) {
      show(pass, point, false, states, previous);
    } else {
      show_last_point(pass, states, previous);
    }
    if (point > 0 && pass.phase == states::Phase::prompt) progress(0);
    previous = states;
  }
}

void SequenceBatch::show(const Pass& pass, std::int64_t point, bool after_final_norm, ConstMatrix states,
                         ConstMatrix previous) {
  const states::StateView view{point,          architecture_.points(), after_final_norm,
                               pass.phase,     as_states(states),      as_states(previous),
                               &pass.segments, backend_->grams()};
  tell([&](Observer& observer) { observer.observe(view); });
}

void SequenceBatch::show_last_point(const Pass& pass, ConstMatrix states, ConstMatrix previous) {
  const std::int64_t point = architecture_.blocks;
  if (options_.final_states != FinalStates::hf) show(pass, point, false, states, previous);
  if (options_.final_states != FinalStates::raw) show(pass, point, true, backend_->normed_states(), previous);
}

std::vector<bool> SequenceBatch::wanted_attention() const {
  std::vector<bool> wanted;
  for (std::int64_t b = 0; b < architecture_.blocks; ++b) {
    wanted.push_back(std::any_of(observers_.begin(), observers_.end(),
                                 [&](const Observer* observer) { return observer->wants_attention(b); }));
  }
  return wanted;
}

void SequenceBatch::show_attention(const Pass& pass, std::int64_t block) {
  const std::vector<bool>& wanted = pass.rows.attention_blocks;
  if (wanted.empty() || !wanted[static_cast<std::size_t>(block)]) return;
  for (std::size_t i = 0; i < pass.segments.size(); ++i) {
    const states::AttentionView view{pass.segments[i].sequence, block,
                                     as_states(backend_->mean_attention(i))};
    tell([&](Observer& observer) {
      if (observer.wants_attention(block)) observer.observe_attention(view);
    });
  }
}

/// The newest row of each sequence with the draw for its next token; before it the other rows of a prompt
/// whose likelihood is wanted.
std::vector<LogitRow> SequenceBatch::rows_needing_logits(const Pass& pass) const {
  std::vector<LogitRow> rows;
  const bool likelihood = pass.phase == states::Phase::prompt && options_.prompt_likelihood;
  for (const PassSequence& sequence : pass.rows.sequences) {
    const std::int64_t last = sequence.rows - 1;
    for (std::int64_t i = 0; likelihood && i < last; ++i) {
      const std::int64_t row = sequence.first_row + i;
      rows.push_back({row, pass.rows.tokens[static_cast<std::size_t>(row + 1)], -1});
    }
    const auto step = static_cast<std::int64_t>(results_[sequence.member].generated_ids.size());
    const double draw = uniform_draw(options_.sampling.seed, prompts_[sequence.member].stream, step);
    rows.push_back({sequence.first_row + last, -1, draw});
  }
  return rows;
}

void SequenceBatch::predict(const Pass& pass) {
  const std::vector<LogitRow> rows = rows_needing_logits(pass);
  const std::vector<LogitOutcome> outcomes = backend_->predict(rows, options_.sampling);
  for (std::size_t i = 0; i < rows.size(); ++i) handle_row(pass, rows[i], outcomes[i]);
}

void SequenceBatch::handle_row(const Pass& pass, const LogitRow& row, const LogitOutcome& outcome) {
  const auto after =
      std::upper_bound(pass.segments.begin(), pass.segments.end(), row.row,
                       [](std::int64_t r, const Segment& segment) { return r < segment.first_row; });
  const auto index = static_cast<std::size_t>(after - pass.segments.begin() - 1);
  const Segment& segment = pass.segments[index];
  const std::size_t member = pass.rows.sequences[index].member;
  const std::int64_t offset = row.row - segment.first_row;
  if (!outcome.distribution.finite) {
    results_[member].error =
        "logits are not finite at position " + std::to_string(segment.first_position + offset);
  }
  if (offset + 1 < segment.rows) {
    nll_sums_[member] += outcome.distribution.log_normalizer - outcome.target_logit;
    return;
  }
  if (pass.phase == states::Phase::prompt && options_.prompt_likelihood && segment.rows > 1) {
    results_[member].prompt_nll = nll_sums_[member] / static_cast<double>(segment.rows - 1);
  }
  advance(member, outcome, segment.first_position + offset);
}

void SequenceBatch::advance(std::size_t member, const LogitOutcome& outcome, std::int64_t position) {
  SequenceResult& result = results_[member];
  const PromptTokens& prompt = prompts_[member];
  if (!result.error.empty()) {
    result.top1_probability = std::numeric_limits<double>::quiet_NaN();
    finish(member, Finish::none);
    return;
  }
  const TokenDistribution& distribution = outcome.distribution;
  const auto step = static_cast<std::int64_t>(result.generated_ids.size());
  if (step == 0) result.top1_probability = distribution.top1;
  const std::int64_t next = outcome.chosen;
  const std::int64_t newest = step == 0 ? prompt.ids.back() : result.generated_ids.back();
  const states::Prediction prediction{
      prompt.sequence, position, newest, next, distribution.top1, distribution.margin, distribution.entropy};
  tell([&](Observer& observer) { observer.observe_prediction(prediction); });
  if (step >= prompt.max_new_tokens) {
    finish(member, prompt.max_new_tokens > 0 ? Finish::length : Finish::none);
    return;
  }
  result.generated_ids.push_back(next);
  const std::vector<std::int64_t>& end_tokens = architecture_.end_tokens;
  if (std::find(end_tokens.begin(), end_tokens.end(), next) != end_tokens.end()) {
    finish(member, Finish::end_token);
  } else {
    active_[member] = true;
  }
}

void SequenceBatch::finish(std::size_t member, Finish how) {
  active_[member] = false;
  results_[member].finish = how;
  tell([&](Observer& observer) { observer.finish_sequence(prompts_[member].sequence); });
}

}  // namespace phasescope::model
