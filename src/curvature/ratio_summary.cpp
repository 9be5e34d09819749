#include "phasescope/curvature/ratio_summary.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "phasescope/curvature/counted_median.h"
#include "phasescope/curvature/prompt_resampling.h"
#include "phasescope/curvature/run_statistics.h"
#include "phasescope/stats/descriptive.h"

namespace phasescope::curvature {
namespace {

enum Statistic : std::size_t { ratio_median, ratio_mean, null_median, excess_median };

PromptResampling resampling_of(const std::vector<RatioEntry>& runs) {
  PromptResampling resampling;
  for (const RatioEntry& run : runs) resampling.add(run.category, run.prompt);
  return resampling;
}

/// What the statistics are of, by run; undefined where a run has no null.
struct Columns {
  explicit Columns(const std::vector<RatioEntry>& runs) {
    for (const RatioEntry& run : runs) {
      ratios.push_back(run.ratio);
      nulls.push_back(run.null ? run.null->mean : undefined);
      excesses.push_back(run.null ? run.ratio / run.null->mean : undefined);
    }
  }

  std::vector<double> ratios;
  std::vector<double> nulls;
  std::vector<double> excesses;
};

double median_of_defined(std::vector<double> values) {
  values.erase(std::remove_if(values.begin(), values.end(), [](double value) { return std::isnan(value); }),
               values.end());
  return values.empty() ? undefined : stats::median(std::move(values));
}

/// The four statistics, in the order of `Statistic`.
std::vector<double> statistics_of(const Columns& runs) {
  return {stats::median(runs.ratios), stats::mean(runs.ratios), median_of_defined(runs.nulls),
          median_of_defined(runs.excesses)};
}

stats::BootstrapDraws resampled(const Columns& runs, const PromptResampling& resampling,
                                const stats::BootstrapOptions& options) {
  const CountedMedian ratios(runs.ratios), nulls(runs.nulls), excesses(runs.excesses);
  const auto evaluate = [&](const stats::DrawCounts& counts, double* values) {
    const auto row = [values](Statistic statistic) { return values + statistic * stats::DrawCounts::kDraws; };
    ratios(counts, row(ratio_median));
    counted_means(runs.ratios, counts, row(ratio_mean));
    nulls(counts, row(null_median));
    excesses(counts, row(excess_median));
  };
  return resampling.counted_bootstrap(4, evaluate, options);
}

stats::Estimate estimate(double value, const stats::BootstrapDraws& draws, Statistic statistic) {
  if (std::isnan(value)) return stats::Estimate::undefined("no run has a shuffled null");
  return stats::with_percentile_interval(value, draws, statistic);
}

/// The share of values in each regime.
RegimeNumbers shares_of(const std::vector<double>& ratios, const Bands& bands) {
  RegimeNumbers shares;
  for (const auto& regime : bands.regimes) shares.emplace_back(regime.name, 0);
  for (const double ratio : ratios) shares[bands.regime_of(ratio)].second += 1;
  for (auto& share : shares) share.second /= static_cast<double>(ratios.size());
  return shares;
}

std::optional<Side> side_of_one(const stats::Estimate& excess) {
  if (!excess.low || !excess.high) return std::nullopt;
  if (*excess.low > 1) return Side::above;
  return *excess.high < 1 ? Side::below : Side::inside;
}

void add_shares(RatioSummary& summary, const std::vector<RatioEntry>& runs,
                const stats::BootstrapDraws& draws, const Bands& bands) {
  std::vector<double> ratios;
  for (const RatioEntry& run : runs) ratios.push_back(run.ratio);
  summary.shares = shares_of(ratios, bands);
  summary.confidence_reason = draws.reason;
  if (draws.reason.empty()) summary.confidence = shares_of(draws.values[ratio_median], bands);
}

void add_null(RatioSummary& summary, const std::vector<RatioEntry>& runs, const Bands& bands) {
  for (const RatioEntry& run : runs) {
    if (!run.null) continue;
    ++summary.n_compared;
    if (run.null->distinguishable()) ++summary.n_distinguishable;
  }
  if (summary.null_median.value) summary.null_placement = place(*summary.null_median.value, bands);
  summary.excess_side = side_of_one(summary.excess);
}

RatioSummary summary_of_nothing() {
  const auto nothing = stats::Estimate::undefined("no run has a ratio_norm");
  RatioSummary summary;
  summary.median = summary.mean = summary.null_median = summary.excess = nothing;
  summary.confidence_reason = nothing.reason;
  return summary;
}

}  // namespace

std::optional<double> RatioSummary::share_distinguishable() const {
  if (n_compared == 0) return std::nullopt;
  return static_cast<double>(n_distinguishable) / static_cast<double>(n_compared);
}

RatioSummary summarise_ratios(const std::vector<RatioEntry>& runs, const Bands& bands,
                              const stats::BootstrapOptions& options) {
  if (runs.empty()) return summary_of_nothing();
  const Columns columns(runs);
  const PromptResampling resampling = resampling_of(runs);
  const stats::BootstrapDraws draws = resampled(columns, resampling, options);
  const std::vector<double> observed = statistics_of(columns);

  RatioSummary summary;
  summary.n_runs = runs.size();
  summary.n_prompts = resampling.prompts();
  summary.interval_narrowness = draws.narrowness;
  summary.median = estimate(observed[ratio_median], draws, ratio_median);
  summary.mean = estimate(observed[ratio_mean], draws, ratio_mean);
  summary.null_median = estimate(observed[null_median], draws, null_median);
  summary.excess = estimate(observed[excess_median], draws, excess_median);
  summary.placement = place(*summary.median.value, bands);
  add_shares(summary, runs, draws, bands);
  add_null(summary, runs, bands);
  return summary;
}

}  // namespace phasescope::curvature
