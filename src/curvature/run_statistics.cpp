#include "phasescope/curvature/run_statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "phasescope/stats/descriptive.h"

namespace phasescope::curvature {
namespace {

constexpr double clip_width = 5;

void add_debt(RunStatistics& result, const std::vector<double>& ct) {
  double debt = 0;
  for (const double value : ct) {
    debt = std::max(0.0, debt + value - result.median);
    result.debt_max = std::max(result.debt_max, debt);
  }
  result.debt_final = debt;
}

}  // namespace

std::vector<double> clipped(const std::vector<double>& ct, Clip clip) {
  return clip == Clip::raw ? ct : stats::clipped_by_deviation(ct, clip_width);
}

double max_over_mean(const std::vector<double>& ct, std::size_t count, Clip clip) {
  const auto end = ct.begin() + static_cast<std::ptrdiff_t>(count);
  if (clip != Clip::raw) return max_over_mean(clipped({ct.begin(), end}, clip), count, Clip::raw);
  const double mean = std::accumulate(ct.begin(), end, 0.0) / static_cast<double>(count);
  return mean == 0 ? undefined : *std::max_element(ct.begin(), end) / mean;
}

double late_mean(const std::vector<double>& ct, std::size_t count) {
  const std::size_t late = std::min(count, std::max<std::size_t>(4, (count + 3) / 4));
  const auto end = ct.begin() + static_cast<std::ptrdiff_t>(count);
  return std::accumulate(end - static_cast<std::ptrdiff_t>(late), end, 0.0) / static_cast<double>(late);
}

std::optional<double> mean_of_defined(const std::vector<double>& values) {
  double sum = 0;
  std::size_t count = 0;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    sum += value;
    ++count;
  }
  return count == 0 ? std::nullopt : std::optional(sum / static_cast<double>(count));
}

RunStatistics run_statistics(const TrajectoryTerms& terms, Clip clip) {
  const std::vector<double> ct = clipped(terms.ct, clip);
  RunStatistics result;
  const auto largest = std::max_element(ct.begin(), ct.end());
  result.max = *largest;
  result.argmax = static_cast<std::size_t>(largest - ct.begin());
  result.mean = stats::mean(ct);
  result.median = stats::median(ct);
  result.p95 = stats::quantile(ct, 0.95);
  result.deviation = stats::population_deviation(ct);
  if (result.mean != 0) result.ratio_norm = result.max / result.mean;
  if (result.median != 0) result.p95_over_median = result.p95 / result.median;
  result.late_ct = late_mean(ct, ct.size());
  add_debt(result, ct);
  result.mean_delta = mean_of_defined(terms.delta);
  result.mean_curvature = mean_of_defined(terms.curvature);
  return result;
}

}  // namespace phasescope::curvature
