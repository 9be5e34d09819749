#pragma once

#include "trajectories.h"

#include <string>
#include <utility>
#include <vector>

#include "phasescope/curvature/regime_report.h"

namespace phasescope::curvature::testing {

/// A run through these states, as if the prompt had one token.
inline RunResult analysed_run(std::int64_t index, const States& states, const RunOptions& options) {
  RunResult run;
  run.index = index;
  run.id = "run-" + std::to_string(index);
  run.category = index % 2 == 0 ? "even" : "odd";
  RunStates headline{{}, states};
  std::vector<TokenRecord> tokens;
  for (Eigen::Index i = 0; i < states.rows(); ++i) {
    headline.positions.push_back(i);
    // Entropies that wander between 0 and 3 nats.
    tokens.push_back({i, 100 + i, 0.5, 0.25, 1.5 + 1.5 * std::sin(0.8 * static_cast<double>(i + index))});
  }
  analyse_run(run, headline, tokens, options);
  if (run.status == RunStatus::ok) {
    const auto normalised = normalise(states, options.definition.norm);
    run.layers = {layer_result(0, trajectory_terms(normalised, options.definition), options.definition.clip)};
  }
  return run;
}

inline RunOptions short_run_options() {
  RunOptions options;
  options.null_draws = 40;
  options.sensitivity = true;
  options.keep_steps = true;
  return options;
}

inline ReportOptions short_report_options() {
  ReportOptions options;
  options.run = short_run_options();
  options.bands = published_bands();
  options.bootstrap_draws = 300;
  return options;
}

/// A smooth path with one jump, of slightly different shape for each index: a large ratio that no shuffle
/// reaches.
inline States jumping_states(std::int64_t index) {
  States states = circle_states(40, 3, 0.02 + 0.001 * static_cast<double>(index));
  states.bottomRows(15 + index).rowwise() += Eigen::RowVector3d(0, 0, 3);
  return states;
}

inline std::vector<RunResult> runs_of(const std::vector<States>& trajectories) {
  std::vector<RunResult> runs;
  for (std::size_t i = 0; i < trajectories.size(); ++i) {
    runs.push_back(analysed_run(static_cast<std::int64_t>(i), trajectories[i], short_run_options()));
  }
  return runs;
}

}  // namespace phasescope::curvature::testing
