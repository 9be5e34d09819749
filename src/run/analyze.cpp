#include "phasescope/run/analyze.h"

#include "ct_job.h"
#include "diagnostics_job.h"
#include "species_job.h"
#include "species_summary.h"
#include "stage_clock.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "phasescope/base/error.h"
#include "phasescope/base/files.h"
#include "phasescope/base/sha256.h"
#include "phasescope/base/threads.h"
#include "phasescope/run/manifest.h"
#include "phasescope/run/run_folder.h"
#include "phasescope/states/captured_states.h"

namespace phasescope::run {
namespace {

/// One analysis of stored states from opened files to written folder.
class AnalyzeJob {
 public:
  explicit AnalyzeJob(const AnalyzeOptions& options)
      : options_(options), stored_(options.states, options.categories), folder_(options.output) {}

  RunSummary execute() {
    const Json identity = make_identity();
    if (folder_.inspect(identity, options_.overwrite) == FolderState::complete) return already_complete();
    started_ = utc_now();
    double seconds = 0;
    {
      const StageClock clock(seconds);
      make_observers();
      folder_.remove_earlier_run(false);
      write_manifest(identity, "running", 0);
      show_states();
      write_results();
    }
    write_manifest(identity, summary_.status, seconds);
    return summary_;
  }

 private:
  bool wants(Analysis analysis) const {
    if (options_.analyses.empty()) return analysis == Analysis::ct || analysis == Analysis::species;
    return std::find(options_.analyses.begin(), options_.analyses.end(), analysis) != options_.analyses.end();
  }

  RunSummary already_complete() {
    summary_.folder = folder_.path();
    summary_.status = "complete";
    summary_.already_complete = true;
    return summary_;
  }

  Json make_identity() const {
    Json files = Json::array();
    for (const std::filesystem::path& file : options_.states) files.push_back(sha256_of_file(file));
    RunOptions shown;
    shown.ct = options_.ct;
    shown.species = options_.species;
    shown.nulls = options_.nulls;
    const Json all = options_to_json(shown);
    Json analyses = Json::array();
    for (const Analysis analysis : options_.analyses) analyses.push_back(name_of(analysis));
    return {
        {"states", files},
        {"attention", options_.attention.empty() ? Json(nullptr) : Json(sha256_of_file(options_.attention))},
        {"pairs", options_.pairs.empty() ? Json(nullptr) : Json(sha256_of_file(options_.pairs))},
        {"categories", options_.categories},
        {"analyses", analyses},
        {"seed", options_.seed},
        {"detail", options_.detail},
        {"span_was_chosen", options_.span_was_chosen},
        {"bands", bands_digest(options_.ct)},
        {"ct", all["ct"]},
        {"species", all["species"]},
        {"nulls", all["nulls"]}};
  }

  std::vector<states::Sequence> sequences() const {
    std::vector<states::Sequence> all;
    for (const states::StoredSequence& stored : stored_.sequences()) all.push_back(stored.sequence);
    return all;
  }

  /// Without the further runs of prompts, whose prompt states are those of the first.
  std::vector<states::Sequence> first_runs() const {
    std::vector<states::Sequence> firsts;
    for (const states::Sequence& sequence : sequences()) {
      if (sequence.run == 0) firsts.push_back(sequence);
    }
    return firsts;
  }

  bool generated_anything() const {
    const auto& all = stored_.sequences();
    return std::any_of(all.begin(), all.end(),
                       [](const auto& stored) { return stored.generated_tokens > 0; });
  }

  void make_observers() {
    if (wants(Analysis::ct)) make_ct();
    if (wants(Analysis::species)) {
      intelliton::Options field = options_.species;
      field.attention_every = 1;  // the file says of which blocks there is attention
      species_ = std::make_unique<SpeciesJob>(
          species_options(field, options_.nulls, options_.seed, stored_.after_final_norm()), options_.detail,
          first_runs(), folder_.path());
      observers_.push_back(&species_->observer());
    }
    if (!options_.pairs.empty()) {
      DiagnosticsSettings settings;
      settings.field = options_.species;
      settings.field.last_point_after_norm = stored_.after_final_norm();
      settings.seed = options_.seed;
      diagnostics_ = std::make_unique<DiagnosticsJob>(settings, first_runs(), read_pairs(),
                                                      std::vector<states::Sequence>());
      for (states::Observer* observer : diagnostics_->observers()) observers_.push_back(observer);
    }
  }

  void make_ct() {
    CtOptions ct = options_.ct;
    if (!options_.span_was_chosen) {
      ct.definition.span = generated_anything() ? curvature::Span::generated : curvature::Span::prompt;
    }
    if (stored_.after_final_norm()) ct.definition.state_point = curvature::StatePoint::post_norm;
    ct_ = std::make_unique<CtJob>(ct, options_.seed, options_.detail, sequences(),
                                  stored_.sequences().front().points);
    for (const states::StoredSequence& stored : stored_.sequences()) {
      if (!stored.ids.empty()) ct_->observer().set_token_ids(stored.sequence.index, stored.ids);
    }
    observers_.push_back(&ct_->observer());
  }

  std::vector<intelliton::PromptPair> read_pairs() {
    const std::string file = options_.pairs.string();
    const Json list = read_json_file(options_.pairs);
    if (!list.is_array())
      throw_input_error(file, "", std::string("found ") + list.type_name(), "a list of pairs");
    std::vector<intelliton::PromptPair> pairs;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const JsonObject entry(list[i], file, "[" + std::to_string(i) + "]");
      pairs.push_back({entry.text("category"), index_of(entry, "grounded"), index_of(entry, "other"),
                       probability_of(entry, "grounded_confidence"),
                       probability_of(entry, "other_confidence")});
    }
    for (const std::vector<std::int64_t>& group : intelliton::batch_groups(pairs)) {
      together_.emplace_back();
      for (const std::int64_t index : group) {
        together_.back().push_back(stored_.sequences()[static_cast<std::size_t>(index)].sequence.name);
      }
    }
    return pairs;
  }

  std::int64_t index_of(const JsonObject& entry, const std::string& key) const {
    const std::string name = entry.text(key);
    for (const states::StoredSequence& stored : stored_.sequences()) {
      if (stored.sequence.name == name) return stored.sequence.index;
    }
    entry.fail(key, "no states named \"" + name + "\"");
  }

  static std::optional<double> probability_of(const JsonObject& entry, const std::string& key) {
    if (!entry.has(key)) return std::nullopt;
    const double value = entry.number(key);
    if (!(value >= 0 && value <= 1)) entry.fail(key, "found " + Json(value).dump(), "a probability, 0 to 1");
    return value;
  }

  void show_states() {
    std::unique_ptr<states::StoredAttention> attention;
    if (!options_.attention.empty())
      attention = std::make_unique<states::StoredAttention>(options_.attention);
    stored_.show(observers_, options_.batch_tokens, together_, attention.get());
  }

  void write_results() {
    summary_.folder = folder_.path();
    summary_.status = "complete";
    summary_.prompts = static_cast<std::int64_t>(stored_.sequences().size());
    if (ct_) write_ct();
    SpeciesResults results;
    if (species_) {
      results.species = species_->report();
      species_->write(folder_.path(), *results.species, model_json(),
                      diagnostics_ ? diagnostics_->pairs() : nullptr);
    }
    if (diagnostics_) {
      results.diagnostics = diagnostics_->report(nullptr, {});
      write_diagnostics_files(folder_.path(), *results.diagnostics, model_json());
    }
    summarise_species(results, summary_);
  }

  /// What is known of the model behind stored states.
  Json model_json() const {
    const states::StoredSequence& first = stored_.sequences().front();
    const std::string unknown = "the states came from files";
    return {{"name", options_.states.front().stem().string()},
            {"path", nullptr},
            {"path_reason", unknown},
            {"family", nullptr},
            {"family_reason", unknown},
            {"layers", first.points - 1},
            {"hidden_size", first.width}};
  }

  void write_ct() {
    std::vector<CtJob::Generated> generated;
    for (const states::StoredSequence& stored : stored_.sequences()) {
      if (stored.ids.empty() || stored.generated_tokens == 0) continue;
      const std::vector<std::int64_t> ids(stored.ids.begin() + stored.sequence.prompt_tokens,
                                          stored.ids.end());
      generated.push_back({stored.sequence.index, ids, ids.empty(), true});
    }
    const curvature::RegimeReport report = ct_->report(generated, std::nullopt);
    summarise_regime(report, summary_);
    write_ct_files(folder_.path(), report, model_json(), nullptr, options_.detail);
  }

  void write_manifest(const Json& identity, const std::string& status, double seconds) const {
    const Json manifest = {{"schema_version", 1},
                           {"kind", "phasescope.analysis"},
                           {"status", status},
                           {"model", model_json()},
                           {"state_points", stored_.after_final_norm() ? "hf" : "raw"},
                           {"versions", program_versions()},
                           {"threads", thread_count()},
                           {"started", started_},
                           {"finished", status == "running" ? Json(nullptr) : Json(utc_now())},
                           {"seconds", {{"analyse", seconds}}},
                           {"identity", identity}};
    write_file_atomically(folder_.path() / "manifest.json", manifest.dump(2) + "\n");
  }

  const AnalyzeOptions& options_;
  states::StoredStates stored_;
  RunFolder folder_;
  std::string started_;
  std::unique_ptr<CtJob> ct_;
  std::unique_ptr<SpeciesJob> species_;
  std::unique_ptr<DiagnosticsJob> diagnostics_;
  std::vector<states::Observer*> observers_;
  std::vector<std::vector<std::string>> together_;
  RunSummary summary_;
};

}  // namespace

RunSummary analyze_states(const AnalyzeOptions& options) {
  set_thread_count(options.threads);
  if (options.states.empty()) throw Error(ExitClass::usage, "analyze: no file of states given");
  if (options.nulls.wants_networks())
    throw Error(ExitClass::usage,
                "--null: random-embedding and random-weights need a model, expected "
                "shuffle-tokens or shuffle-layers");
  return AnalyzeJob(options).execute();
}

}  // namespace phasescope::run
