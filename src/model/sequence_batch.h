#pragma once

#include "backend.h"

#include <memory>
#include <vector>

#include "phasescope/model/language_model.h"

namespace phasescope::model {

/// One batch of prompts on its way: which rows go through the blocks, who is shown what, which token follows.
/// What is computed, and where, is the backend's. Everything passed in must outlive it.
class SequenceBatch {
 public:
  SequenceBatch(const checkpoint::Architecture& architecture, Backend& backend,
                const std::vector<PromptTokens>& prompts, const BatchOptions& options,
                const std::vector<states::Observer*>& observers);

  /// All prompts through all blocks, and the first new token of each.
  void run_prompts();
  /// One token a step of every sequence that still generates.
  void generate();
  std::vector<SequenceResult> take_results() { return std::move(results_); }
  double observe_seconds() const { return observe_seconds_; }

 private:
  /// The rows of one pass as the backend sees them and as observers do.
  struct Pass {
    states::Phase phase;
    PassRows rows;
    std::vector<states::Segment> segments;  ///< one a sequence of the pass
  };

  Pass prompt_pass() const;
  Pass step_pass() const;
  void add_rows(Pass& pass, std::size_t member, const std::int64_t* ids, std::int64_t count,
                std::int64_t first) const;
  void run_blocks(const Pass& pass);
  void show(const Pass& pass, std::int64_t point, bool after_final_norm, ConstMatrix states,
            ConstMatrix previous);
  void show_last_point(const Pass& pass, ConstMatrix states, ConstMatrix previous);
  void show_attention(const Pass& pass, std::int64_t block);
  std::vector<bool> wanted_attention() const;
  void predict(const Pass& pass);
  std::vector<LogitRow> rows_needing_logits(const Pass& pass) const;
  void handle_row(const Pass& pass, const LogitRow& row, const LogitOutcome& outcome);
  void advance(std::size_t member, const LogitOutcome& outcome, std::int64_t position);
  void finish(std::size_t member, Finish how);
  template <class Call>
  void tell(Call call);
  void progress(std::int64_t tokens) const {
    if (options_.on_progress) options_.on_progress(tokens);
  }

  const checkpoint::Architecture& architecture_;
  const std::vector<PromptTokens>& prompts_;
  const BatchOptions& options_;
  const std::vector<states::Observer*>& observers_;
  std::unique_ptr<BatchBackend> backend_;
  std::vector<SequenceResult> results_;
  std::vector<double> nll_sums_;
  bool makes_grams_;
  std::vector<bool> active_;  ///< still generating; its newest token has not been run yet
  double observe_seconds_ = 0;
};

}  // namespace phasescope::model
