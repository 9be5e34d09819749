#include "phasescope/run/execute.h"

#include "batch_record.h"
#include "ct_job.h"
#include "diagnostics_job.h"
#include "null_networks.h"
#include "samples.h"
#include "species_job.h"
#include "species_summary.h"
#include "stage_clock.h"
#include "timed_observer.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "phasescope/base/error.h"
#include "phasescope/base/files.h"
#include "phasescope/base/interrupt.h"
#include "phasescope/base/threads.h"
#include "phasescope/run/manifest.h"
#include "phasescope/run/model_library.h"
#include "phasescope/run/plan.h"
#include "phasescope/run/profile_report.h"
#include "phasescope/run/run_folder.h"
#include "phasescope/run/run_journal.h"
#include "phasescope/run/run_model.h"
#include "phasescope/states/captured_states.h"

namespace phasescope::run {
namespace {

/// One run from opened checkpoint to written folder.
class RunJob {
 public:
  RunJob(const RunOptions& options, RunModel& opened)
      : options_(options),
        opened_(opened),
        checkpoint_(opened.checkpoint()),
        tokenizer_(opened.tokenizer()),
        plan_(make_plan(options_, checkpoint_, tokenizer_)),
        folder_(options_.output) {
    profile_.enter("analyse");
  }

  RunSummary execute() {
    opened_.begin_digests();
    if (!folder_.has_manifest()) open_model();  // it will be needed: there is time for it now
    digests_ = opened_.digests();
    identity_ = run_identity(options_, plan_, digests_);
    journal_.emplace(folder_.path(), journal_header(identity_, plan_));
    if (folder_.inspect(identity_, options_.overwrite) == FolderState::complete) return already_complete();
    stop_if_interrupted();
    started_ = utc_now();
    const std::size_t finished = options_.overwrite ? 0 : journal_->read();
    make_observers();
    if (model_ == nullptr) open_model();
    model_json_ = model_to_json(checkpoint_, digests_, model_->dtype());
    stop_if_interrupted();
    folder_.remove_unfinished_files();
    if (finished == 0) start_afresh();
    take_in(finished);
    write_manifest("running");
    try {
      run_batches(finished);
      write_results();
      if (options_.profile) show_profile();
    } catch (const Error& error) {
      if (error.exit_class() == ExitClass::interrupted) write_manifest("interrupted");
      throw;
    }
    write_manifest(summary_.status);
    journal_->remove();
    return summary_;
  }

 private:
  RunSummary already_complete() {
    journal_->remove();  // a process may have been killed before it did
    summary_.folder = folder_.path();
    summary_.status = "complete";
    summary_.already_complete = true;
    summary_.prompts = plan_.prompt_count();
    return summary_;
  }

  void start_afresh() {
    journal_->remove();
    folder_.remove_earlier_run(true);
  }

  void open_model() {
    const StageClock clock(measures_.load);
    libraries_ = model_library().versions();
    model_ = &opened_.language_model(options_);
    seconds_before_ = model_->seconds();
    libraries_.blas = model_->matrix_library();
    device_ = model_->device();
  }

  void make_observers() {
    require_null_subjects(options_, plan_);
    const bool hf = options_.states == model::FinalStates::hf;
    if (plan_.has(Analysis::ct)) {
      ct_ = std::make_unique<CtJob>(options_.ct, options_.sampling.seed, options_.detail,
                                    plan_.sequences_for(Analysis::ct), checkpoint_.architecture().blocks + 1);
      observe("ct_t", ct_->observer());
    }
    if (plan_.has(Analysis::species)) {
      species_ = std::make_unique<SpeciesJob>(
          species_options(options_.species, options_.nulls, options_.sampling.seed, hf), options_.detail,
          plan_.sequences_for(Analysis::species), folder_.path());
      observe("species", species_->observer());
    }
    diagnostics_ = diagnostics_of_run(options_, plan_);
    if (diagnostics_) {
      for (states::Observer* observer : diagnostics_->observers()) observe("pairs and dynamics", *observer);
    }
    if (options_.capture != Capture::none) {
      std::vector<states::Sequence> sequences;
      std::vector<std::vector<std::int64_t>> ids;
      for (const PlannedSequence& planned : plan_.sequences) {
        sequences.push_back(planned.sequence);
        ids.push_back(planned.ids);
      }
      capture_ = std::make_unique<states::CaptureObserver>(folder_.path() / "states", sequences, ids,
                                                           options_.capture == Capture::last, hf);
      observe("capture", *capture_);
    }
  }

  void observe(const std::string& name, states::Observer& observer) {
    observers_.push_back(&observer);
    timed_observers_.push_back(std::make_unique<TimedObserver>(name, observer, profile_));
    shown_.push_back(timed_observers_.back().get());
  }

  /// The last point is shown as the run's convention says, and both ways when ct_t reads it the other way.
  model::FinalStates final_states() const {
    const bool ct_after_norm = options_.ct.definition.state_point == curvature::StatePoint::post_norm;
    const model::FinalStates of_ct = ct_after_norm ? model::FinalStates::hf : model::FinalStates::raw;
    return ct_ && of_ct != options_.states ? model::FinalStates::both : options_.states;
  }

  /// Takes in what an earlier process finished before it was stopped.
  void take_in(std::size_t finished) {
    results_.resize(plan_.sequences.size());
    const RunMeasures own = measures_;
    for (std::size_t i = 0; i < finished; ++i) {
      BatchRecord batch = load_batch(journal_->record(i), observers_, folder_.path().string());
      measures_ = batch.measures;
      put_results(std::move(batch.results));
    }
    if (finished > 0) measures_.load += own.load;
    measures_.resumed_batches = measures_.batches;
  }

  void put_results(std::vector<model::SequenceResult> results) {
    for (model::SequenceResult& result : results) {
      const auto place = static_cast<std::size_t>(result.sequence);
      results_.at(place) = std::move(result);
    }
  }

  /// With the model's own clocks.
  RunMeasures measures_so_far() const {
    RunMeasures measures = measures_;
    const model::StageSeconds seconds = model_->seconds();
    measures.load += seconds.load - seconds_before_.load;
    measures.forward += seconds.forward - seconds_before_.forward;
    measures.generate += seconds.generate - seconds_before_.generate;
    measures.analyse += seconds.observe - seconds_before_.observe;
    return measures;
  }

  /// The batch counts from here on, whatever happens to this process.
  void keep_batch(const std::vector<model::SequenceResult>& results) {
    std::vector<std::filesystem::path> files;
    if (capture_) {
      const std::size_t before = capture_->files().size();
      capture_->write_finished();
      for (const std::filesystem::path& file : capture_->files()) files.push_back("states" / file.filename());
      files.erase(files.begin(), files.begin() + static_cast<std::ptrdiff_t>(before));
    }
    ++measures_.batches;
    journal_->append(save_batch({results, measures_so_far()}, observers_), files);
  }

  void run_batches(std::size_t finished) {
    Progress progress("run", plan_.prompt_tokens() + plan_.largest_generation(), options_.progress);
    model::BatchOptions batch_options;
    batch_options.final_states = final_states();
    batch_options.sampling = options_.sampling;
    std::int64_t batch_tokens = 0, shown_tokens = 0, blocks_done = 0;
    batch_options.on_progress = [&](std::int64_t tokens) {
      if (tokens == 0) {  // one more block of the prompts
        const std::int64_t done = batch_tokens * ++blocks_done / checkpoint_.architecture().blocks;
        tokens = std::min(done, batch_tokens) - shown_tokens;
        shown_tokens += tokens;
      }
      progress.advance(tokens);
      stop_if_interrupted();
    };
    for (std::size_t b = 0; b < plan_.batches.size(); ++b) {
      const std::vector<std::size_t>& batch = plan_.batches[b];
      std::vector<model::PromptTokens> prompts;
      batch_tokens = shown_tokens = blocks_done = 0;
      for (const std::size_t i : batch) {
        const PlannedSequence& planned = plan_.sequences[i];
        prompts.push_back(
            {planned.sequence.index, planned.ids, planned.max_new_tokens, planned.sampling_stream});
        batch_tokens += planned.sequence.prompt_tokens;
      }
      if (b >= finished) {
        std::vector<model::SequenceResult> results = model_->run(prompts, batch_options, shown_);
        keep_batch(results);
        put_results(std::move(results));
      }
      progress.advance(batch_tokens - shown_tokens);
    }
    measures_ = measures_so_far();
    profile_.append(model_->profile());
  }

  void write_results() {
    count_sequences();
    if (ct_) finish_ct();
    stop_if_interrupted();
    if (species_ || diagnostics_) finish_species();
    const StageClock clock(measures_.write);
    write_samples(folder_.path() / "samples.jsonl", plan_, results_, tokenizer_);
  }

  void count_sequences() {
    summary_.folder = folder_.path();
    summary_.prompts = plan_.prompt_count();
    measures_.prompt_tokens = plan_.prompt_tokens();
    for (const model::SequenceResult& result : results_) {
      measures_.generated_tokens += static_cast<std::int64_t>(result.generated_ids.size());
      if (!result.error.empty()) ++summary_.failed;
    }
    summary_.status = summary_.failed == 0 ? "complete" : "partial";
  }

  void finish_ct() {
    const curvature::RegimeReport report = ct_report();
    const StageClock write(measures_.write);
    write_ct_files(folder_.path(), report, model_json_, &tokenizer_, options_.detail);
  }

  curvature::RegimeReport ct_report() {
    const StageClock analyse(measures_.analyse);
    const ProfileClock clock(profile_, "ct_t report");
    std::vector<CtJob::Generated> generated;
    for (const PlannedSequence& planned : plan_.sequences) {
      if (!planned.feeds(Analysis::ct)) continue;
      const model::SequenceResult& result = results_[static_cast<std::size_t>(planned.sequence.index)];
      if (!result.error.empty()) ct_->observer().mark_failed(result.sequence, result.error);
      const std::vector<std::int64_t> ids = without_end_token(result);
      generated.push_back(
          {result.sequence, ids, is_blank(tokenizer_.decode(ids, true)), planned.max_new_tokens > 0});
    }
    curvature::RegimeReport report = ct_->report(generated, decoding_of(options_));
    summarise_regime(report, summary_);
    return report;
  }

  void finish_species() {
    SpeciesResults results;
    {
      const StageClock analyse(measures_.analyse);
      const ProfileClock clock(profile_, "species, pairs and dynamics report");
      if (species_) results.species = species_->report();
      if (diagnostics_) results.diagnostics = diagnostics_->report(results.catalog(), prompt_nll());
    }
    if (options_.nulls.wants_networks()) {
      stop_if_interrupted();
      model_ = nullptr;
      opened_.close_language_model();  // the null networks need its memory
      const StageClock nulls(measures_.nulls);
      compare_with_null_networks(options_, plan_, checkpoint_, results);
    }
    const StageClock write(measures_.write);
    if (species_)
      species_->write(folder_.path(), *results.species, model_json_,
                      diagnostics_ ? diagnostics_->pairs() : nullptr);
    if (diagnostics_) write_diagnostics_files(folder_.path(), *results.diagnostics, model_json_);
    summarise_species(results, summary_);
  }

  std::map<std::int64_t, double> prompt_nll() const {
    std::map<std::int64_t, double> known;
    for (const model::SequenceResult& result : results_) {
      if (std::isfinite(result.prompt_nll)) known[result.sequence] = result.prompt_nll;
    }
    return known;
  }

  void show_profile() {
    const std::vector<StageTotal> totals = {{"load", measures_.load},
                                            {"forward", measures_.forward},
                                            {"generate", measures_.generate},
                                            {"analyse", measures_.analyse},
                                            {"write", measures_.write}};
    profile_json_ = profile_to_json(totals, profile_.entries());
    std::fputs(profile_to_text(profile_json_).c_str(), stderr);
  }

  void write_manifest(const std::string& status) {
    Json manifest = manifest_to_json(options_, plan_, identity_, model_json_, libraries_, device_, status,
                                     started_, status == "running" ? std::string() : utc_now(), measures_);
    manifest["profile"] = profile_json_;
    write_file_atomically(folder_.path() / "manifest.json", manifest.dump(2) + "\n");
  }

  const RunOptions& options_;
  RunModel& opened_;
  const checkpoint::Checkpoint& checkpoint_;
  const text::Tokenizer& tokenizer_;
  Plan plan_;
  RunFolder folder_;
  ModelDigests digests_;
  Json identity_;
  std::optional<RunJournal> journal_;
  Json model_json_;
  std::string started_;
  model::LibraryVersions libraries_;
  model::LanguageModel* model_ = nullptr;
  model::StageSeconds seconds_before_;  ///< that earlier runs of the same opened model took
  std::string device_;
  std::unique_ptr<CtJob> ct_;
  std::unique_ptr<SpeciesJob> species_;
  std::unique_ptr<DiagnosticsJob> diagnostics_;
  std::unique_ptr<states::CaptureObserver> capture_;
  Profile profile_;              ///< of the analyses
  Json profile_json_ = nullptr;  ///< of the whole run, where it was asked for
  std::vector<states::Observer*> observers_;
  std::vector<std::unique_ptr<TimedObserver>> timed_observers_;  ///< around each of them
  std::vector<states::Observer*> shown_;                         ///< what the model tells: the timed ones
  std::vector<model::SequenceResult> results_;
  RunMeasures measures_;
  RunSummary summary_;
};

std::string short_number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

}  // namespace

RunSummary execute_run(const RunOptions& options) {
  set_thread_count(options.threads);
  RunModel model(options);
  return execute_run(options, model);
}

RunSummary execute_run(const RunOptions& options, RunModel& model) {
  set_thread_count(options.threads);
  return RunJob(options, model).execute();
}

std::string summary_line(const RunSummary& summary) {
  if (summary.already_complete) return summary.folder.string() + " is complete already: nothing to do";
  std::string line = "wrote " + summary.folder.string() + ": " + std::to_string(summary.prompts) +
                     (summary.prompts == 1 ? " prompt" : " prompts");
  if (summary.failed > 0) line += " (" + std::to_string(summary.failed) + " failed)";
  if (summary.regime) {
    line += ", regime " + *summary.regime + " (" + short_number(*summary.ratio_norm);
    if (summary.ratio_low)
      line += " [" + short_number(*summary.ratio_low) + ", " + short_number(*summary.ratio_high) + "]";
    line += ")";
  }
  if (summary.too_short > 0)
    line += ", " + std::to_string(summary.too_short) + (summary.too_short == 1 ? " run" : " runs") +
            " too short to classify";
  if (summary.species) line += ", " + std::to_string(*summary.species) + " species";
  return line;
}

Json summary_to_json(const RunSummary& summary) {
  return {{"dir", summary.folder.string()},
          {"status", summary.status},
          {"regime", summary.regime ? Json(*summary.regime) : Json(nullptr)},
          {"ratio_norm", number_or_null(summary.ratio_norm)},
          {"n_species", summary.species ? Json(*summary.species) : Json(nullptr)}};
}

}  // namespace phasescope::run
