#include "null_networks.h"

#include "diagnostics_job.h"
#include "species_job.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>

#include "phasescope/base/error.h"
#include "phasescope/base/interrupt.h"
#include "phasescope/base/progress.h"
#include "phasescope/run/model_library.h"
#include "phasescope/stats/random.h"

namespace phasescope::run {
namespace {

constexpr std::size_t kResamples = 200;

bool takes_part(const PlannedSequence& planned) {
  return planned.feeds(Analysis::species) || planned.feeds(Analysis::pairs) ||
         planned.feeds(Analysis::dynamics);
}

bool is_network(Null null) {
  return null == Null::random_embedding || null == Null::random_weights;
}

/// Prompt tokens that the networks of one kind run.
std::int64_t network_tokens(const RunOptions& options, const Plan& plan) {
  std::int64_t tokens = 0;
  for (const PlannedSequence& planned : plan.sequences)
    if (takes_part(planned)) tokens += planned.sequence.prompt_tokens;
  return tokens * static_cast<std::int64_t>(options.nulls.networks);
}

/// One null network from opening to its reports.
class NullNetwork {
 public:
  NullNetwork(const RunOptions& options, const Plan& plan, const checkpoint::Checkpoint& checkpoint,
              Null null, std::uint64_t draw)
      : options_(options), plan_(plan), diagnostics_(diagnostics_of_run(options, plan)) {
    intelliton::SpeciesOptions species =
        species_options(options.species, {}, options.sampling.seed, options.states == model::FinalStates::hf);
    species.robust.draws = kResamples;
    if (plan.has(Analysis::species))
      species_ =
          std::make_unique<SpeciesJob>(species, false, plan.sequences_for(Analysis::species), options.output);
    if (diagnostics_) diagnostics_->use_draws(kResamples);
    model::ModelOptions model_options = options.device;
    model_options.deterministic = options.deterministic;
    model_options.null_network = null == Null::random_weights ? model::NullNetwork::random_weights
                                                              : model::NullNetwork::random_embedding;
    model_options.null_seed = stats::stream_key(options.sampling.seed, name_of(null), draw);
    model_ = model_library().open(checkpoint, model_options);
  }

  void run(const std::function<void(std::int64_t)>& on_progress) {
    std::vector<states::Observer*> observers;
    if (species_) observers.push_back(&species_->observer());
    if (diagnostics_) {
      for (states::Observer* observer : diagnostics_->observers()) observers.push_back(observer);
    }
    model::BatchOptions batch_options;
    batch_options.final_states =
        options_.states == model::FinalStates::hf ? model::FinalStates::hf : model::FinalStates::raw;
    batch_options.sampling = options_.sampling;
    batch_options.on_progress = [](std::int64_t) { stop_if_interrupted(); };
    for (const std::vector<std::size_t>& batch : plan_.batches) {
      const std::vector<model::PromptTokens> prompts = prompts_of(batch);
      if (prompts.empty()) continue;
      std::int64_t tokens = 0;
      for (const model::PromptTokens& prompt : prompts)
        tokens += static_cast<std::int64_t>(prompt.ids.size());
      for (const model::SequenceResult& result : model_->run(prompts, batch_options, observers)) {
        if (std::isfinite(result.prompt_nll)) prompt_nll_[result.sequence] = result.prompt_nll;
      }
      on_progress(tokens);
    }
    model_.reset();
  }

  void report(NullNetworkReports& reports) {
    std::vector<intelliton::Species> published;
    if (species_) {
      intelliton::SpeciesReport report = species_->report();
      published = std::move(report.published.species);
      reports.species.push_back(std::move(report.robust));
    }
    if (diagnostics_)
      reports.diagnostics.push_back(diagnostics_->report(species_ ? &published : nullptr, prompt_nll_));
  }

 private:
  std::vector<model::PromptTokens> prompts_of(const std::vector<std::size_t>& batch) const {
    std::vector<model::PromptTokens> prompts;
    for (const std::size_t i : batch) {
      const PlannedSequence& planned = plan_.sequences[i];
      if (!takes_part(planned)) continue;
      const std::int64_t steps = planned.feeds(Analysis::dynamics) ? options_.dynamics_tokens : 0;
      prompts.push_back({planned.sequence.index, planned.ids, steps, planned.sampling_stream});
    }
    return prompts;
  }

  const RunOptions& options_;
  const Plan& plan_;
  std::unique_ptr<SpeciesJob> species_;
  std::unique_ptr<DiagnosticsJob> diagnostics_;
  std::unique_ptr<model::LanguageModel> model_;
  std::map<std::int64_t, double> prompt_nll_;
};

}  // namespace

NullNetworkReports run_null_networks(const RunOptions& options, const Plan& plan,
                                     const checkpoint::Checkpoint& checkpoint, Null null,
                                     const std::function<void(std::int64_t)>& on_progress) {
  NullNetworkReports reports;
  for (std::size_t draw = 0; draw < options.nulls.networks; ++draw) {
    NullNetwork network(options, plan, checkpoint, null, draw);
    network.run(on_progress);
    network.report(reports);
  }
  return reports;
}

void compare_with_null_networks(const RunOptions& options, const Plan& plan,
                                const checkpoint::Checkpoint& checkpoint, SpeciesResults& results) {
  const std::int64_t kinds =
      std::count_if(options.nulls.nulls.begin(), options.nulls.nulls.end(), is_network);
  Progress progress("null networks", kinds * network_tokens(options, plan), options.progress);
  for (const Null null : options.nulls.nulls) {
    if (!is_network(null)) continue;
    const NullNetworkReports reports = run_null_networks(
        options, plan, checkpoint, null, [&](std::int64_t tokens) { progress.advance(tokens); });
    if (results.species) {
      results.species->model_nulls.push_back(
          intelliton::compare_with_null_runs(name_of(null), results.species->robust, reports.species));
    }
    if (results.diagnostics) {
      results.diagnostics->model_nulls.push_back(
          intelliton::compare_with_null_runs(name_of(null), *results.diagnostics, reports.diagnostics));
    }
  }
}

void require_null_subjects(const RunOptions& options, const Plan& plan) {
  const bool species = plan.has(Analysis::species);
  if (options.nulls.sign_audit_draws > 0 && !species)
    throw Error(ExitClass::usage, "--sign-audit: no prompt set feeds species");
  if (!options.nulls.nulls.empty() && !species && !plan.has(Analysis::pairs) && !plan.has(Analysis::dynamics))
    throw Error(ExitClass::usage, "--null: no prompt set feeds species, pairs or dynamics");
}

}  // namespace phasescope::run
