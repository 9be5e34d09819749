#include "phasescope/curvature/regime_report.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <utility>

#include "phasescope/base/error.h"
#include "phasescope/base/threads.h"
#include "phasescope/curvature/counted_median.h"
#include "phasescope/curvature/prompt_resampling.h"
#include "phasescope/curvature/repetition.h"
#include "phasescope/curvature/survival.h"
#include "phasescope/stats/descriptive.h"
#include "phasescope/stats/regression.h"

namespace phasescope::curvature {
namespace {

using Runs = std::vector<RunResult>;

stats::BootstrapOptions bootstrap_options(const ReportOptions& options, const std::string& purpose) {
  return {options.bootstrap_draws, options.run.seed, purpose, 0.95};
}

bool is_ok(const RunResult& run) {
  return run.status == RunStatus::ok;
}

/// Mean over the ok runs of a number that a run may lack.
std::optional<double> mean_over_ok(const Runs& runs,
                                   const std::function<std::optional<double>(const RunResult&)>& number) {
  std::vector<double> values;
  for (const RunResult& run : runs) {
    if (!is_ok(run)) continue;
    if (const auto value = number(run)) values.push_back(*value);
  }
  return values.empty() ? std::nullopt : std::optional(stats::mean(values));
}

/// One entry for each run that has a ratio_norm over its first `steps` values (all of them for 0).
std::vector<RatioEntry> ratio_entries(const Runs& runs, const Definition& definition, std::size_t steps) {
  std::vector<RatioEntry> entries;
  for (const RunResult& run : runs) {
    const std::size_t count = steps == 0 ? run.n_steps : steps;
    if (!is_ok(run) || run.n_steps < count) continue;
    const double ratio = max_over_mean(run.steps.ct, count, definition.clip);
    if (!std::isnan(ratio)) entries.push_back({run.category, ratio, run.null.at(count), run.prompt});
  }
  return entries;
}

/// The ok runs that have values at one layer.
struct LayerRuns {
  std::vector<LayerResult> results;
  std::vector<double> ratios;   ///< the defined ones
  PromptResampling resampling;  ///< of those

  void add(const RunResult& run, const LayerResult& result) {
    results.push_back(result);
    if (std::isnan(result.ratio_norm)) return;
    ratios.push_back(result.ratio_norm);
    resampling.add(run.category, run.prompt);
  }
  stats::Estimate median_ratio(const stats::BootstrapOptions& options) const {
    if (ratios.empty()) return stats::Estimate::undefined("no run has a value at this layer");
    return stats::with_percentile_interval(
        stats::median(ratios), resampling.counted_bootstrap(1, CountedMedian(ratios), options), 0);
  }
  std::optional<double> mean(double LayerResult::*member) const {
    std::vector<double> values;
    for (const LayerResult& result : results) values.push_back(result.*member);
    return mean_of_defined(values);
  }
};

LayerSummary summarise_layer(std::int64_t number, const LayerRuns& runs, const ReportOptions& options) {
  LayerSummary summary;
  summary.layer = number;
  summary.n_runs = runs.ratios.size();
  summary.ratio_norm = runs.median_ratio(bootstrap_options(options, "layer " + std::to_string(number)));
  summary.mean_ct = runs.mean(&LayerResult::mean_ct);
  summary.mean_delta = runs.mean(&LayerResult::mean_delta);
  summary.mean_curvature = runs.mean(&LayerResult::mean_curvature);
  return summary;
}

std::vector<LayerSummary> summarise_layers(const Runs& runs, const ReportOptions& options) {
  std::map<std::int64_t, LayerRuns> by_layer;
  for (const RunResult& run : runs) {
    if (!is_ok(run)) continue;
    for (const LayerResult& layer : run.layers) by_layer[layer.layer].add(run, layer);
  }
  const std::vector<std::pair<std::int64_t, LayerRuns>> layers(by_layer.begin(), by_layer.end());
  std::vector<LayerSummary> summaries(layers.size());
  parallel_for(static_cast<std::int64_t>(layers.size()), [&](std::int64_t i) {
    const auto& [number, of_layer] = layers[static_cast<std::size_t>(i)];
    summaries[static_cast<std::size_t>(i)] = summarise_layer(number, of_layer, options);
  });
  return summaries;
}

/// The mean over runs of one member of their statistics, with its bootstrap interval.
stats::Estimate mean_estimate(const Runs& runs, std::optional<double> RunStatistics::*member,
                              const stats::BootstrapOptions& options) {
  std::vector<double> values;
  PromptResampling resampling;
  for (const RunResult& run : runs) {
    if (!is_ok(run) || !((*run.statistics).*member)) continue;
    values.push_back(*((*run.statistics).*member));
    resampling.add(run.category, run.prompt);
  }
  if (values.empty()) return stats::Estimate::undefined("no run has a value");
  const auto means = [&](const stats::DrawCounts& counts, double* out) {
    counted_means(values, counts, out);
  };
  return stats::with_percentile_interval(stats::mean(values), resampling.counted_bootstrap(1, means, options),
                                         0);
}

void add_memory(RegimeReport& report) {
  const char* scale_matters = "depends on the lengths of the states under this norm";
  const Definition& definition = report.options.run.definition;
  report.delta.observed =
      mean_estimate(report.runs, &RunStatistics::mean_delta, bootstrap_options(report.options, "delta"));
  report.delta.unrelated = unrelated_delta(definition);
  report.delta.shuffled =
      mean_over_ok(report.runs, [](const RunResult& run) { return run.null.means.mean_delta; });
  report.curvature.observed = mean_estimate(report.runs, &RunStatistics::mean_curvature,
                                            bootstrap_options(report.options, "curvature"));
  report.curvature.unrelated = unrelated_curvature(definition);
  report.curvature.shuffled =
      mean_over_ok(report.runs, [](const RunResult& run) { return run.null.means.mean_curvature; });
  if (!report.delta.unrelated) report.delta.unrelated_reason = scale_matters;
  if (!report.curvature.unrelated) report.curvature.unrelated_reason = scale_matters;
}

/// The least-squares slope of one resample; undefined where all its x are one.
double drawn_slope(const std::vector<double>& x, const std::vector<double>& y,
                   const stats::DrawCounts& counts, std::size_t draw) {
  std::vector<double> drawn_x;
  std::vector<double> drawn_y;
  for (std::size_t item = 0; item < x.size(); ++item) {
    drawn_x.insert(drawn_x.end(), counts.of(item)[draw], x[item]);
    drawn_y.insert(drawn_y.end(), counts.of(item)[draw], y[item]);
  }
  return stats::least_squares_slope(drawn_x, drawn_y).value_or(undefined);
}

void add_slope(RegimeReport& report) {
  std::vector<double> log_steps;
  std::vector<double> ratios;
  PromptResampling resampling;
  for (const RunResult& run : report.runs) {
    if (!is_ok(run) || !run.statistics->ratio_norm) continue;
    log_steps.push_back(std::log(static_cast<double>(run.n_steps)));
    ratios.push_back(*run.statistics->ratio_norm);
    resampling.add(run.category, run.prompt);
  }
  const auto slope = stats::least_squares_slope(log_steps, ratios);
  report.slope = stats::Estimate::undefined("the runs do not differ in length");
  if (!slope) return;
  const auto slopes = [&](const stats::DrawCounts& counts, double* values) {
    for (std::size_t draw = 0; draw < counts.draws; ++draw)
      values[draw] = drawn_slope(log_steps, ratios, counts, draw);
  };
  const auto draws = resampling.counted_bootstrap(1, slopes, bootstrap_options(report.options, "slope"));
  report.slope = stats::with_percentile_interval(*slope, draws, 0);
  report.slope_r_squared = stats::squared_correlation(log_steps, ratios);
}

/// The chosen number of values, else the 25th percentile of the lengths of ok runs, rounded down.
std::size_t common_steps(const Runs& runs, const std::optional<std::size_t>& chosen) {
  if (chosen) return *chosen;
  std::vector<double> lengths;
  for (const RunResult& run : runs) {
    if (is_ok(run)) lengths.push_back(static_cast<double>(run.n_steps));
  }
  return lengths.empty() ? 0 : static_cast<std::size_t>(stats::quantile(std::move(lengths), 0.25));
}

CommonLength compare_at_common_length(const Runs& runs, const ReportOptions& options) {
  CommonLength common;
  common.chosen = options.common_steps.has_value();
  common.steps = common_steps(runs, options.common_steps);
  if (common.steps == 0) {
    common.reason = "no run is long enough";
    return common;
  }
  for (const RunResult& run : runs) {
    if (run.status != RunStatus::failed && run.n_steps < common.steps) common.ended_early.push_back(run.id);
  }
  const auto prefix = [&](const RunResult& run) -> std::optional<std::vector<double>> {
    if (run.n_steps < common.steps) return std::nullopt;
    const auto begin = run.steps.ct.begin();
    return clipped({begin, begin + static_cast<std::ptrdiff_t>(common.steps)}, options.run.definition.clip);
  };
  common.ratio = summarise_ratios(ratio_entries(runs, options.run.definition, common.steps), options.bands,
                                  bootstrap_options(options, "ratio"));
  common.mean_ct = mean_over_ok(runs, [&](const RunResult& run) -> std::optional<double> {
    const auto ct = prefix(run);
    return ct ? std::optional(stats::mean(*ct)) : std::nullopt;
  });
  common.late_ct = mean_over_ok(runs, [&](const RunResult& run) -> std::optional<double> {
    const auto ct = prefix(run);
    return ct ? std::optional(late_mean(*ct, common.steps)) : std::nullopt;
  });
  return common;
}

/// 3, 4, 6, 8, 12, 16, 24, .. up to the longest run.
std::vector<std::size_t> lengths_to_show(const Runs& runs) {
  std::size_t longest = 0;
  for (const RunResult& run : runs) longest = std::max(longest, run.n_steps);
  std::vector<std::size_t> lengths;
  for (std::size_t power = 2; power <= longest; power *= 2) {
    for (const std::size_t steps : {power, power + power / 2}) {
      if (steps >= fewest_steps && steps < longest) lengths.push_back(steps);
    }
  }
  if (longest >= fewest_steps) lengths.push_back(longest);
  return lengths;
}

std::vector<LengthRow> growth_with_length(const Runs& runs, const Definition& definition) {
  std::vector<LengthRow> rows;
  for (const std::size_t steps : lengths_to_show(runs)) {
    std::vector<double> ratios;
    std::vector<double> nulls;
    for (const RatioEntry& entry : ratio_entries(runs, definition, steps)) {
      if (!entry.null) continue;
      ratios.push_back(entry.ratio);
      nulls.push_back(entry.null->mean);
    }
    if (ratios.empty()) continue;
    rows.push_back({steps, ratios.size(), stats::median(ratios), stats::median(nulls)});
  }
  return rows;
}

std::optional<Sensitivity> compare_definitions(const RegimeReport& report) {
  const std::vector<Definition> definitions = all_combinations(report.options.run.definition);
  Sensitivity result;
  bool computed = false;
  for (std::size_t i = 0; i < definitions.size(); ++i) {
    std::vector<double> ratios;
    for (const RunResult& run : report.runs) {
      if (run.sensitivity.empty()) continue;
      computed = true;
      if (!std::isnan(run.sensitivity[i])) ratios.push_back(run.sensitivity[i]);
    }
    SensitivityRow row;
    row.ct_id = ct_id(definitions[i]);
    if (!ratios.empty()) {
      row.ratio_norm_median = stats::median(std::move(ratios));
      row.regime = report.options.bands.name_of(*row.ratio_norm_median);
    }
    if (row.regime && report.ratio.placement && *row.regime == report.ratio.placement->regime) {
      ++result.same_regime;
    }
    result.rows.push_back(std::move(row));
  }
  result.total = result.rows.size();
  return computed ? std::optional(std::move(result)) : std::nullopt;
}

CollapseReport collapse_of(const Runs& runs, const std::vector<GeneratedSample>& samples,
                           const ReportOptions& options) {
  std::map<std::int64_t, const RunResult*> by_index;
  for (const RunResult& run : runs) by_index[run.index] = &run;
  std::vector<CollapseCase> cases;
  for (const GeneratedSample& sample : samples) {
    CollapseCase item{sample.index, is_silent_collapse(sample), std::nullopt,
                      repetition_of(sample.token_ids).loop.has_value()};
    const auto run = by_index.find(sample.index);
    if (run != by_index.end() && run->second->prompt >= 0) item.prompt = run->second->prompt;
    if (run != by_index.end() && run->second->statistics) item.late_ct = run->second->statistics->late_ct;
    cases.push_back(item);
  }
  return collapse_report(cases, bootstrap_options(options, "collapse"));
}

EntropyStates entropy_of(const Runs& runs, const ReportOptions& options) {
  std::vector<std::vector<double>> entropies;
  for (const RunResult& run : runs) entropies.push_back(run.steps.entropy);
  return entropy_states(entropies, {options.run.null_draws, options.run.seed});
}

}  // namespace

RegimeReport make_regime_report(std::vector<RunResult> runs, const std::vector<GeneratedSample>& samples,
                                const ReportOptions& options) {
  if (options.common_steps && *options.common_steps < fewest_steps) {
    throw Error(
        ExitClass::usage,
        {{}, "common steps", std::nullopt, "found " + std::to_string(*options.common_steps), "at least 3"});
  }
  RegimeReport report;
  report.options = options;
  report.runs = std::move(runs);
  report.layers = summarise_layers(report.runs, options);
  report.ratio = summarise_ratios(ratio_entries(report.runs, options.run.definition, 0), options.bands,
                                  bootstrap_options(options, "ratio"));
  report.mean_ct = mean_over_ok(report.runs, [](const RunResult& run) { return run.statistics->mean; });
  report.late_ct = mean_over_ok(report.runs, [](const RunResult& run) { return run.statistics->late_ct; });
  add_memory(report);
  add_slope(report);
  report.common_length = compare_at_common_length(report.runs, options);
  report.by_length = growth_with_length(report.runs, options.run.definition);
  report.sensitivity = compare_definitions(report);
  report.collapse = collapse_of(report.runs, samples, options);
  report.entropy = entropy_of(report.runs, options);
  report.survival = judge_survival(report);
  return report;
}

}  // namespace phasescope::curvature
