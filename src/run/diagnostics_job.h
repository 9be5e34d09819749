#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <vector>

#include "phasescope/base/json.h"
#include "phasescope/intelliton/catalog.h"
#include "phasescope/intelliton/diagnostics_report.h"
#include "phasescope/intelliton/pair_observer.h"
#include "phasescope/intelliton/trajectory_observer.h"
#include "phasescope/run/options.h"
#include "phasescope/run/plan.h"

namespace phasescope::run {

/// What the pairs and dynamics analyses are given.
struct DiagnosticsSettings {
  intelliton::Options field;
  int steps = 8;             ///< generation steps of dynamics
  std::size_t draws = 2000;  ///< of bootstraps and permutations each
  std::uint64_t seed = 1234;
};

/// Pairs and generation dynamics of a run: their observers, and diagnostics.json with its tables once all
/// sequences have ended.
class DiagnosticsJob {
 public:
  /// `pairs` may be empty, and so may `dynamics`: the sequences whose generation is followed. `sequences`:
  /// all that either refers to.
  DiagnosticsJob(const DiagnosticsSettings& settings, const std::vector<states::Sequence>& sequences,
                 const std::vector<intelliton::PromptPair>& pairs,
                 const std::vector<states::Sequence>& dynamics);

  /// Bootstrap draws and permutations of the report.
  void use_draws(std::size_t draws) { settings_.draws = draws; }
  std::vector<states::Observer*> observers();
  const intelliton::PairObserver* pairs() const { return pairs_.get(); }

  /// `species`: the published catalogue's, needed for dynamics; nullptr: none were computed. `prompt_nll` by
  /// Sequence::index.
  intelliton::DiagnosticsReport report(const std::vector<intelliton::Species>* species,
                                       const std::map<std::int64_t, double>& prompt_nll) const;

 private:
  DiagnosticsSettings settings_;
  std::vector<states::Sequence> sequences_;
  std::unique_ptr<intelliton::PairObserver> pairs_;
  std::unique_ptr<intelliton::TrajectoryObserver> trajectories_;
};

/// diagnostics.json, its tables and figures.
void write_diagnostics_files(const std::filesystem::path& folder, const intelliton::DiagnosticsReport& report,
                             const Json& model);

/// The pairs and dynamics of a run; nullptr when it has neither.
std::unique_ptr<DiagnosticsJob> diagnostics_of_run(const RunOptions& options, const Plan& plan);

/// The pairs among these sequences; a prompt whose partner was left out by a limit is in none. Errors: usage
/// as pairs_of.
std::vector<intelliton::PromptPair> complete_pairs(const std::vector<states::Sequence>& sequences);

}  // namespace phasescope::run
