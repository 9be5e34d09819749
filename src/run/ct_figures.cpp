#include "ct_figures.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "phasescope/base/files.h"
#include "phasescope/curvature/prompt_resampling.h"
#include "phasescope/report/figures_layer_ratio.h"
#include "phasescope/report/figures_null_ratio.h"
#include "phasescope/report/figures_phase_map.h"
#include "phasescope/report/figures_regime_shares.h"
#include "phasescope/report/figures_token_trace.h"

namespace phasescope::run {
namespace {

using curvature::RegimeReport;
using curvature::RunResult;

std::string digits(double value, int count) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", count, value);
  return text;
}

std::string interval_text(const stats::Estimate& estimate) {
  if (!estimate.value) return "undefined";
  std::string text = digits(*estimate.value, 2);
  if (estimate.low && estimate.high)
    text += " [" + digits(*estimate.low, 2) + ", " + digits(*estimate.high, 2) + "]";
  return text;
}

std::string name_of(const RunResult& run, const RegimeReport& report) {
  const bool repeated = report.ratio.n_prompts < report.ratio.n_runs;
  return repeated ? run.id + " (run " + std::to_string(run.run) + ")" : run.id;
}

bool has_ratio(const RunResult& run) {
  return run.statistics && run.statistics->ratio_norm;
}

std::vector<report::RegimeBand> regimes_of(const curvature::Bands& bands) {
  std::vector<report::RegimeBand> regimes;
  for (std::size_t i = 0; i < bands.regimes.size(); ++i) {
    report::RegimeBand band{bands.regimes[i].name};
    if (i > 0) band.low = bands.cuts[i - 1];
    if (i < bands.cuts.size()) band.high = bands.cuts[i];
    regimes.push_back(band);
  }
  return regimes;
}

/// The run with a ratio for which `distance` is smallest, the first of those that are equal but for rounding:
/// of an even number of runs two are equally near to the median.
const RunResult* nearest_run(const RegimeReport& report, const std::function<double(double)>& distance) {
  constexpr double rounding = 1e-12;
  const RunResult* nearest = nullptr;
  for (const RunResult& run : report.runs) {
    if (!has_ratio(run)) continue;
    const double ratio = *run.statistics->ratio_norm;
    if (nearest == nullptr || distance(ratio) < distance(*nearest->statistics->ratio_norm) - rounding * ratio)
      nearest = &run;
  }
  return nearest;
}

std::string trace_finding(const RunResult& run) {
  std::string text = "ratio_norm " + digits(*run.statistics->ratio_norm, 2);
  if (const auto null = run.null.at(run.n_steps))
    text += ", shuffled states " + digits(null->mean, 2) + " [" + digits(null->low, 2) + ", " +
            digits(null->high, 2) + "]";
  return text;
}

std::string trace_figure(const RegimeReport& report, const RunResult& run, const std::string& model,
                         const report::TokenText& token_text) {
  report::TokenTrace trace;
  trace.model = model;
  trace.run = name_of(run, report);
  trace.finding = trace_finding(run);
  trace.ct_id = ct_id(report.options.run.definition);
  trace.ct = run.steps.ct;
  for (std::size_t i = 0; i < run.steps.positions.size(); ++i) {
    const std::int64_t token = run.steps.token_ids[i];
    trace.positions.push_back(static_cast<double>(run.steps.positions[i]));
    std::string text = token < 0 ? std::string() : token_text(token);
    if (text.empty()) text = token < 0 ? "?" : "#" + std::to_string(token);
    trace.tokens.push_back(text);
  }
  trace.mean = run.statistics->mean;
  return token_trace_figure(trace);
}

std::string layers_figure(const RegimeReport& report, const std::string& model) {
  report::LayerRatio figure;
  figure.model = model;
  figure.regimes = regimes_of(report.options.bands);
  const auto number = [](const std::optional<double>& value) { return value.value_or(std::nan("")); };
  for (const curvature::LayerSummary& layer : report.layers) {
    figure.median.push_back(number(layer.ratio_norm.value));
    figure.low.push_back(number(layer.ratio_norm.low));
    figure.high.push_back(number(layer.ratio_norm.high));
  }
  const auto undefined = [](double value) { return std::isnan(value); };
  if (std::all_of(figure.low.begin(), figure.low.end(), undefined)) figure.low.clear(), figure.high.clear();
  figure.finding = "at the headline layer " + interval_text(report.ratio.median);
  return layer_ratio_figure(figure);
}

/// The share of drawn runs in each regime, into values[regime * DrawCounts::kDraws + draw].
void put_shares(const std::vector<std::size_t>& regime_of_run, std::size_t regimes,
                const stats::DrawCounts& counts, double* values) {
  constexpr std::size_t width = stats::DrawCounts::kDraws;
  std::vector<double> drawn(width, 0);
  std::fill_n(values, regimes * width, 0);
  for (std::size_t run = 0; run < regime_of_run.size(); ++run) {
    for (std::size_t draw = 0; draw < width; ++draw) {
      drawn[draw] += counts.of(run)[draw];
      values[regime_of_run[run] * width + draw] += counts.of(run)[draw];
    }
  }
  for (std::size_t i = 0; i < regimes * width; ++i) values[i] /= drawn[i % width];
}

/// The share of runs in each regime by some ratio of each run, with intervals over prompts.
report::RegimeShareRow share_row(const RegimeReport& report, const std::string& name,
                                 const std::function<std::optional<double>(const RunResult&)>& ratio_of) {
  const curvature::Bands& bands = report.options.bands;
  std::vector<std::size_t> regime_of_run;
  curvature::PromptResampling resampling;
  for (const RunResult& run : report.runs) {
    const std::optional<double> ratio = has_ratio(run) ? ratio_of(run) : std::nullopt;
    if (!ratio) continue;
    regime_of_run.push_back(bands.regime_of(*ratio));
    resampling.add(run.category, run.prompt);
  }
  const std::size_t regimes = bands.regimes.size();
  report::RegimeShareRow row{name, std::vector<report::ShareEstimate>(regimes)};
  if (regime_of_run.empty()) return row;
  const auto draws =
      resampling.counted_bootstrap(regimes,
                                   [&](const stats::DrawCounts& counts, double* values) {
                                     put_shares(regime_of_run, regimes, counts, values);
                                   },
                                   {report.options.bootstrap_draws, report.options.run.seed, "shares", 0.95});
  std::vector<double> observed(regimes, 0);
  for (const std::size_t regime : regime_of_run)
    observed[regime] += 1 / static_cast<double>(regime_of_run.size());
  for (std::size_t i = 0; i < observed.size(); ++i) {
    const auto estimate = stats::with_percentile_interval(observed[i], draws, i);
    row.shares[i] = {estimate.value, estimate.low, estimate.high};
  }
  return row;
}

std::string shares_figure(const RegimeReport& report, const std::string& model) {
  report::RegimeShares figure;
  figure.title_of = model;
  for (const auto& regime : report.options.bands.regimes) figure.regimes.push_back(regime.name);
  figure.rows.push_back(share_row(
      report, "runs", [](const RunResult& run) { return std::optional(*run.statistics->ratio_norm); }));
  figure.rows.push_back(share_row(report, "the same runs, states shuffled", [](const RunResult& run) {
    const auto null = run.null.at(run.n_steps);
    return null ? std::optional(null->mean) : std::nullopt;
  }));
  figure.finding = std::to_string(report.ratio.n_runs) + " runs of " +
                   std::to_string(report.ratio.n_prompts) + " prompts, definition " +
                   ct_id(report.options.run.definition);
  return regime_shares_figure(figure);
}

std::string null_figure(const RegimeReport& report, const std::string& model) {
  report::NullRatios figure;
  figure.model = model;
  for (const RunResult& run : report.runs) {
    const auto null = run.null.at(run.n_steps);
    if (!has_ratio(run) || !null) continue;
    figure.runs.push_back(
        {name_of(run, report), *run.statistics->ratio_norm, null->mean, null->low, null->high});
  }
  figure.finding = "median excess over shuffled states " + interval_text(report.ratio.excess);
  return null_ratio_figure(figure);
}

std::string plane_figure(const RegimeReport& report, const std::string& model) {
  report::PhaseMap plane;
  plane.title = "Flux and instability of the runs: " + model;
  plane.finding = "median ratio_norm " + interval_text(report.ratio.median);
  plane.ct_id = ct_id(report.options.run.definition);
  plane.regimes = regimes_of(report.options.bands);
  for (const auto& regime : report.options.bands.regimes)
    plane.intervals.push_back({regime.name, regime.low, regime.high});
  for (const RunResult& run : report.runs) {
    if (!has_ratio(run)) continue;
    report::PhaseMapModel point;
    point.family = run.category;
    point.flux = run.statistics->mean;
    point.ratio = *run.statistics->ratio_norm;
    plane.models.push_back(point);
  }
  plane.noun = "runs";
  return phase_map_figure(plane);
}

}  // namespace

void write_ct_figures(const std::filesystem::path& folder, const RegimeReport& report,
                      const std::string& model, const report::TokenText& token_text) {
  const std::filesystem::path figures = folder / "figures";
  create_folder(figures);
  const auto write = [&](const char* name, const std::string& svg) {
    write_file_atomically(figures / name, svg);
  };
  if (report.ratio.median.value) {
    const double median = *report.ratio.median.value;
    const RunResult* typical = nearest_run(report, [&](double ratio) { return std::abs(ratio - median); });
    const RunResult* highest = nearest_run(report, [](double ratio) { return -ratio; });
    write("ct_trace.svg", trace_figure(report, *typical, model, token_text));
    write("ct_trace_highest.svg", trace_figure(report, *highest, model, token_text));
  }
  write("ct_layers.svg", layers_figure(report, model));
  write("ct_regimes.svg", shares_figure(report, model));
  write("ct_null.svg", null_figure(report, model));
  write("ct_plane.svg", plane_figure(report, model));
}

}  // namespace phasescope::run
