#include "executor.h"

#include "sequence_batch.h"
#include "stopwatch.h"

#include <string>

#include "phasescope/base/error.h"

namespace phasescope::model {
namespace {

void check_prompt(const checkpoint::Checkpoint& checkpoint, const PromptTokens& prompt) {
  const checkpoint::Architecture& a = checkpoint.architecture();
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

Executor::Executor(const checkpoint::Checkpoint& checkpoint, const ModelOptions& options)
    : checkpoint_(checkpoint), backend_(make_backend(checkpoint, options)) {}

StageSeconds Executor::seconds() const {
  StageSeconds result = seconds_;
  result.load = backend_->load_seconds();
  return result;
}

std::vector<ProfileEntry> Executor::profile() const {
  std::vector<ProfileEntry> entries = backend_->profile().entries();
  ProfileEntry weights;
  weights.stage = "load";
  weights.work = "weights read and converted";
  weights.calls = 1;
  weights.seconds = backend_->load_seconds();
  entries.push_back(weights);
  return entries;
}

/// Seconds of `work` without those that the backend spends on weights and observers spend meanwhile.
template <class Work>
double Executor::computing(const SequenceBatch& batch, Work work) {
  const Stopwatch watch;
  const double others = backend_->load_seconds() + batch.observe_seconds();
  work();
  return watch.seconds() - (backend_->load_seconds() + batch.observe_seconds() - others);
}

std::vector<SequenceResult> Executor::run(const std::vector<PromptTokens>& prompts,
                                          const BatchOptions& options,
                                          const std::vector<states::Observer*>& observers) {
  for (const PromptTokens& prompt : prompts) check_prompt(checkpoint_, prompt);
  if (prompts.empty()) return {};
  SequenceBatch batch(checkpoint_.architecture(), *backend_, prompts, options, observers);
  backend_->profile().enter("forward");
  seconds_.forward += computing(batch, [&] { batch.run_prompts(); });
  backend_->profile().enter("generate");
  seconds_.generate += computing(batch, [&] { batch.generate(); });
  seconds_.observe += batch.observe_seconds();
  return batch.take_results();
}

}  // namespace phasescope::model
