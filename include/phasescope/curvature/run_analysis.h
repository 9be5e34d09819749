#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "phasescope/curvature/run_statistics.h"
#include "phasescope/curvature/shuffled_null.h"
#include "phasescope/curvature/trajectory.h"

namespace phasescope::curvature {

struct RunOptions {
  Definition definition;
  std::uint64_t seed = 1234;
  std::size_t null_draws = 200;
  bool sensitivity = false;  ///< also compute every combination of norm, delta and curvature
  bool keep_steps = false;   ///< keep every array of RunSteps, not positions, ids, ct and entropy alone
};

enum class RunStatus { ok, too_short, failed };
const char* name_of(RunStatus status);

/// Arrays over the ct values of a run at the headline layer. `undefined` (NaN) where a number does not exist;
/// token and next-token columns belong to the newest of the three states.
struct RunSteps {
  std::vector<std::int64_t> positions;
  std::vector<std::int64_t> token_ids;  ///< -1 where nobody told
  std::vector<double> ct;
  std::vector<double> delta;
  std::vector<double> curvature;
  std::vector<double> top1;     ///< probability
  std::vector<double> margin;   ///< between the two likeliest tokens
  std::vector<double> entropy;  ///< nats
};

/// What one run says of one state point. `undefined` where a number does not exist, 0 steps where the run is
/// too short there.
struct LayerResult {
  std::int64_t layer = 0;
  std::size_t n_steps = 0;
  double ratio_norm = undefined;
  double mean_ct = undefined;
  double mean_delta = undefined;
  double mean_curvature = undefined;
};

struct RunResult {
  std::int64_t index = 0;    ///< place of the sequence in the run
  std::int64_t prompt = -1;  ///< place of its prompt; -1: no other run has it
  std::int64_t run = 0;      ///< which generation of that prompt
  std::string id;
  std::string category;
  RunStatus status = RunStatus::failed;
  std::string reason;  ///< why the status is not ok
  std::size_t n_steps = 0;
  std::optional<RunStatistics> statistics;   ///< when ok
  ShuffledNull null;                         ///< empty unless ok
  std::vector<std::int64_t> dropped_states;  ///< token positions at the headline layer
  std::vector<LayerResult> layers;           ///< ascending
  RunSteps steps;
  std::vector<double> sensitivity;  ///< ratio_norm in the order of all_combinations; empty unless asked for
};

/// A token the run has seen and the next-token distribution after it.
struct TokenRecord {
  std::int64_t position = 0;
  std::int64_t token = -1;
  double top1 = undefined;
  double margin = undefined;
  double entropy = undefined;
};

/// The states of the span at the headline layer, with their token positions (ascending, one a row).
struct RunStates {
  std::vector<std::int64_t> positions;
  States states;
};

/// Fills in everything of `run` that comes from the headline layer: status, statistics, null, steps and
/// sensitivity. `run.id` and `run.run` name the random streams. `tokens` in any order.
void analyse_run(RunResult& run, RunStates headline, const std::vector<TokenRecord>& tokens,
                 const RunOptions& options);

/// What the terms of one state point say.
LayerResult layer_result(std::int64_t layer, const TrajectoryTerms& terms, Clip clip);
/// The same of the headline layer of an analysed run.
LayerResult layer_result(std::int64_t layer, const RunResult& run);

}  // namespace phasescope::curvature
