#include "diagnostics_job.h"

#include "species_figures.h"

#include <set>
#include <string>

#include "phasescope/base/files.h"
#include "phasescope/intelliton/diagnostics_report.h"
#include "phasescope/report/diagnostics_csv.h"
#include "phasescope/report/diagnostics_json.h"

namespace phasescope::run {

std::vector<intelliton::PromptPair> complete_pairs(const std::vector<states::Sequence>& sequences) {
  std::map<std::string, std::set<std::string>> roles_of_pair;
  for (const states::Sequence& sequence : sequences) roles_of_pair[sequence.pair].insert(sequence.role);
  std::vector<states::Sequence> kept;
  for (const states::Sequence& sequence : sequences) {
    const std::set<std::string>& roles = roles_of_pair[sequence.pair];
    if (!sequence.pair.empty() && roles.count("grounded") != 0 && roles.count("prone") != 0)
      kept.push_back(sequence);
  }
  return intelliton::pairs_of(kept);
}

DiagnosticsJob::DiagnosticsJob(const DiagnosticsSettings& settings,
                               const std::vector<states::Sequence>& sequences,
                               const std::vector<intelliton::PromptPair>& pairs,
                               const std::vector<states::Sequence>& dynamics)
    : settings_(settings), sequences_(sequences) {
  if (!pairs.empty()) pairs_ = std::make_unique<intelliton::PairObserver>(pairs, settings.field);
  if (dynamics.empty()) return;
  intelliton::TrajectoryOptions trajectory;
  trajectory.steps = settings.steps;
  trajectories_ = std::make_unique<intelliton::TrajectoryObserver>(dynamics, settings.field, trajectory);
}

std::vector<states::Observer*> DiagnosticsJob::observers() {
  std::vector<states::Observer*> all;
  if (pairs_) all.push_back(pairs_.get());
  if (trajectories_) all.push_back(trajectories_.get());
  return all;
}

intelliton::DiagnosticsReport DiagnosticsJob::report(const std::vector<intelliton::Species>* species,
                                                     const std::map<std::int64_t, double>& prompt_nll) const {
  intelliton::DiagnosticsInput input;
  input.sequences = &sequences_;
  input.pairs = pairs_.get();
  input.species = species;
  if (species != nullptr) input.trajectories = trajectories_.get();
  input.prompt_nll = prompt_nll;
  intelliton::DiagnosticsOptions options;
  options.field = settings_.field;
  options.trajectory.steps = settings_.steps;
  options.draws = options.permutations = settings_.draws;
  options.seed = settings_.seed;
  return intelliton::diagnostics_report(input, options);
}

void write_diagnostics_files(const std::filesystem::path& folder, const intelliton::DiagnosticsReport& report,
                             const Json& model) {
  if (report.pairs || report.dynamics) create_folder(folder / "tables");
  write_file_atomically(folder / "diagnostics.json",
                        report::diagnostics_to_json(report, model).dump(2) + "\n");
  if (report.pairs) {
    write_file_atomically(folder / "tables/pairs.csv", report::pairs_to_csv(report));
    write_file_atomically(folder / "tables/measures.csv", report::measures_to_csv(report));
  }
  if (report.dynamics) {
    write_file_atomically(folder / "tables/trajectory.csv", report::trajectory_to_csv(report));
    write_file_atomically(folder / "tables/transitions.csv", report::transitions_to_csv(report));
  }
  write_diagnostics_figures(folder, report, model);
}

std::unique_ptr<DiagnosticsJob> diagnostics_of_run(const RunOptions& options, const Plan& plan) {
  if (!plan.has(Analysis::pairs) && !plan.has(Analysis::dynamics)) return nullptr;
  DiagnosticsSettings settings;
  settings.field = options.species;
  settings.field.last_point_after_norm = options.states == model::FinalStates::hf;
  settings.steps = static_cast<int>(options.dynamics_tokens);
  settings.seed = options.sampling.seed;
  std::vector<states::Sequence> all;
  for (const PlannedSequence& planned : plan.sequences) {
    if (planned.feeds(Analysis::pairs) || planned.feeds(Analysis::dynamics)) all.push_back(planned.sequence);
  }
  return std::make_unique<DiagnosticsJob>(settings, all, complete_pairs(plan.sequences_for(Analysis::pairs)),
                                          plan.sequences_for(Analysis::dynamics));
}

}  // namespace phasescope::run
