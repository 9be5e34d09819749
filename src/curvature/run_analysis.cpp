#include "phasescope/curvature/run_analysis.h"

#include <cmath>
#include <unordered_map>
#include <utility>

#include "phasescope/stats/descriptive.h"

namespace phasescope::curvature {
namespace {

using TokensByPosition = std::unordered_map<std::int64_t, TokenRecord>;

/// Several records of one token add up: one may know its id, another the distribution after it.
TokensByPosition by_position(const std::vector<TokenRecord>& tokens) {
  TokensByPosition map;
  for (const TokenRecord& token : tokens) {
    TokenRecord& known = map.emplace(token.position, token).first->second;
    if (token.token >= 0) known.token = token.token;
    if (std::isnan(token.entropy)) continue;
    known.top1 = token.top1;
    known.margin = token.margin;
    known.entropy = token.entropy;
  }
  return map;
}

void add_token_columns(RunSteps& steps, const std::vector<std::int64_t>& positions,
                       const TokensByPosition& tokens) {
  for (const std::int64_t position : positions) {
    const auto found = tokens.find(position);
    const TokenRecord token = found == tokens.end() ? TokenRecord{} : found->second;
    steps.positions.push_back(position);
    steps.token_ids.push_back(token.token);
    steps.top1.push_back(token.top1);
    steps.margin.push_back(token.margin);
    steps.entropy.push_back(token.entropy);
  }
}

/// Token positions of the newest state of each value.
std::vector<std::int64_t> newest_positions(const NormalisedStates& states,
                                           const std::vector<std::int64_t>& positions) {
  std::vector<std::int64_t> newest;
  for (std::size_t k = 2; k < states.size(); ++k) {
    newest.push_back(positions[static_cast<std::size_t>(states.kept[k])]);
  }
  return newest;
}

RunSteps steps_of(TrajectoryTerms terms, const std::vector<std::int64_t>& positions,
                  const std::vector<TokenRecord>& tokens, bool keep_all) {
  RunSteps steps;
  add_token_columns(steps, positions, by_position(tokens));
  steps.ct = std::move(terms.ct);
  steps.delta = std::move(terms.delta);
  steps.curvature = std::move(terms.curvature);
  if (!keep_all) {
    for (std::vector<double>* column : {&steps.delta, &steps.curvature, &steps.top1, &steps.margin})
      *column = {};
  }
  return steps;
}

double ratio_or_undefined(const std::vector<double>& ct, Clip clip) {
  return ct.size() < fewest_steps ? undefined : max_over_mean(ct, ct.size(), clip);
}

std::vector<double> sensitivity_ratios(const States& states, const Definition& definition) {
  std::vector<double> ratios;
  for (const Norm norm : {Norm::l2, Norm::raw, Norm::centred, Norm::standardised}) {
    for (const auto& terms : terms_of_all_combinations(normalise(states, norm), definition.alignment)) {
      ratios.push_back(ratio_or_undefined(terms.ct, definition.clip));
    }
  }
  return ratios;
}

std::string stream_name(const RunResult& run) {
  return run.run == 0 ? run.id : run.id + "/run " + std::to_string(run.run);
}

std::string too_short_reason(std::size_t states, std::size_t dropped) {
  std::string reason = "found " + std::to_string(states) + " states";
  if (dropped > 0) reason += " after dropping " + std::to_string(dropped);
  return reason + ", expected at least " + std::to_string(fewest_steps + 2);
}

}  // namespace

const char* name_of(RunStatus status) {
  if (status == RunStatus::ok) return "ok";
  return status == RunStatus::too_short ? "too_short" : "failed";
}

void analyse_run(RunResult& run, RunStates headline, const std::vector<TokenRecord>& tokens,
                 const RunOptions& options) {
  const Definition& definition = options.definition;
  if (options.sensitivity) run.sensitivity = sensitivity_ratios(headline.states, definition);
  const NormalisedStates states = normalise(std::move(headline.states), definition.norm);
  for (const std::int64_t row : states.dropped) {
    run.dropped_states.push_back(headline.positions[static_cast<std::size_t>(row)]);
  }
  TrajectoryTerms terms = trajectory_terms(states, definition);
  run.n_steps = terms.ct.size();
  if (run.n_steps < fewest_steps) {
    run.status = RunStatus::too_short;
    run.reason = too_short_reason(states.size(), run.dropped_states.size());
  } else {
    run.status = RunStatus::ok;
    run.statistics = run_statistics(terms, definition.clip);
    run.null = shuffled_null(PairTable(states, definition), terms.ct, definition,
                             {options.null_draws, options.seed, stream_name(run)});
  }
  run.steps =
      steps_of(std::move(terms), newest_positions(states, headline.positions), tokens, options.keep_steps);
}

LayerResult layer_result(std::int64_t layer, const TrajectoryTerms& terms, Clip clip) {
  LayerResult result;
  result.layer = layer;
  if (terms.ct.size() < fewest_steps) return result;
  const std::vector<double> ct = clipped(terms.ct, clip);
  result.n_steps = ct.size();
  result.ratio_norm = max_over_mean(ct, ct.size(), Clip::raw);
  result.mean_ct = stats::mean(ct);
  result.mean_delta = mean_of_defined(terms.delta).value_or(undefined);
  result.mean_curvature = mean_of_defined(terms.curvature).value_or(undefined);
  return result;
}

LayerResult layer_result(std::int64_t layer, const RunResult& run) {
  LayerResult result;
  result.layer = layer;
  if (!run.statistics) return result;
  result.n_steps = run.n_steps;
  result.ratio_norm = run.statistics->ratio_norm.value_or(undefined);
  result.mean_ct = run.statistics->mean;
  result.mean_delta = run.statistics->mean_delta.value_or(undefined);
  result.mean_curvature = run.statistics->mean_curvature.value_or(undefined);
  return result;
}

}  // namespace phasescope::curvature
