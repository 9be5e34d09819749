#pragma once

#include "species_summary.h"

#include <functional>
#include <vector>

#include "phasescope/checkpoint/checkpoint.h"
#include "phasescope/intelliton/diagnostics_report.h"
#include "phasescope/intelliton/species_report.h"
#include "phasescope/run/options.h"
#include "phasescope/run/plan.h"

namespace phasescope::run {

/// The species, pairs and dynamics of networks that are fed nothing or have learnt nothing, one entry a
/// network.
struct NullNetworkReports {
  std::vector<intelliton::RobustReport> species;
  std::vector<intelliton::DiagnosticsReport> diagnostics;
};

/// Opens NullOptions::networks networks of the kind one after the other, each with a seed of its own, and
/// repeats the run's prompts that feed species, pairs or dynamics on it (what it generates is its own).
/// Interval ends come from fewer resamples than the run's. `on_progress` is told how many tokens were run.
NullNetworkReports run_null_networks(const RunOptions& options, const Plan& plan,
                                     const checkpoint::Checkpoint& checkpoint, Null null,
                                     const std::function<void(std::int64_t tokens)>& on_progress);

/// Runs the null networks that were asked for and adds what they say to the results.
void compare_with_null_networks(const RunOptions& options, const Plan& plan,
                                const checkpoint::Checkpoint& checkpoint, SpeciesResults& results);

/// Errors: usage when nulls or audits were asked for and no prompt set feeds what they are for.
void require_null_subjects(const RunOptions& options, const Plan& plan);

}  // namespace phasescope::run
