#include "phasescope/report/figures_null_ratio.h"

#include <algorithm>

#include "phasescope/report/regime_bands.h"

namespace phasescope::report {
namespace {

bool is_outside(const NullComparison& run) {
  return run.observed < run.null_low || run.observed > run.null_high;
}

struct Columns {
  Values rank, mean, low, high, inside_rank, inside, outside_rank, outside;
};

Columns columns_of(const std::vector<NullComparison>& runs) {
  Columns columns;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const double rank = static_cast<double>(i + 1);
    columns.rank.push_back(rank);
    columns.mean.push_back(runs[i].null_mean);
    columns.low.push_back(runs[i].null_low);
    columns.high.push_back(runs[i].null_high);
    (is_outside(runs[i]) ? columns.outside_rank : columns.inside_rank).push_back(rank);
    (is_outside(runs[i]) ? columns.outside : columns.inside).push_back(runs[i].observed);
  }
  return columns;
}

}  // namespace

std::string null_ratio_figure(const NullRatios& ratios) {
  std::vector<NullComparison> runs = ratios.runs;
  std::stable_sort(runs.begin(), runs.end(),
                   [](const NullComparison& a, const NullComparison& b) { return a.observed < b.observed; });
  const Columns columns = columns_of(runs);
  const AxisEnds ends = ratio_axis_ends({&columns.low, &columns.high, &columns.inside, &columns.outside});
  Plot plot({"runs, in order of their ratio_norm", AxisKind::integer},
            {"ratio_norm (maximum / mean of ct)", AxisKind::logarithmic, ends.low, ends.high});
  const Fill shade{Paint::muted(), 0.4};
  for (std::size_t i = 0; i < runs.size(); ++i) {
    plot.box({columns.rank[i] - 0.16, columns.low[i]}, {columns.rank[i] + 0.16, columns.high[i]}, shade);
  }
  const Marker mean{MarkerShape::plus, Paint::muted(), 5};
  Marker inside{MarkerShape::circle, Paint::series(0), 7};
  inside.hollow = true;
  const Marker outside{MarkerShape::circle, Paint::series(1), 8};
  plot.points(columns.rank, columns.mean, mean);
  plot.points(columns.inside_rank, columns.inside, inside);
  plot.points(columns.outside_rank, columns.outside, outside);
  plot.legend({"shuffled states, 95 % and mean", std::nullopt, mean, shade});
  plot.legend({"observed, inside (" + std::to_string(columns.inside.size()) + ")", std::nullopt, inside});
  plot.legend({"observed, outside (" + std::to_string(columns.outside.size()) + ")", std::nullopt, outside});
  return draw_figure(
      {"Observed ratio_norm against shuffled states: " + ratios.model, ratios.finding,
       "For each of " + std::to_string(runs.size()) +
           " runs the ratio_norm and the interval of the same statistic after shuffling its states in "
           "time; " +
           std::to_string(columns.outside.size()) + " runs lie outside."},
      {plot}, 1, 380);
}

}  // namespace phasescope::report
