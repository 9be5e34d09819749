#include "phasescope/curvature/run_statistics.h"

#include "eight_lanes.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "phasescope/stats/descriptive.h"

namespace phasescope::curvature {
namespace {

constexpr double clip_width = 5;

struct SumAndLargest {
  double sum = 0;
  double largest = 0;
};

/// Of `count` values of at least 0.
SumAndLargest sum_and_largest(const double* values, std::size_t count) {
  EightDoubles sum{};
  EightDoubles largest{};
  by_eights(
      count, [&](std::size_t i, std::size_t n) __attribute__((always_inline)) {
        EightDoubles piece;
        read_lanes(values + i, n, piece);
        sum += piece;
        largest = piece > largest ? piece : largest;
      });
  return {sum_of(sum), largest_of(largest)};
}

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
  const SumAndLargest all = sum_and_largest(ct.data(), count);
  const double mean = all.sum / static_cast<double>(count);
  return mean == 0 ? undefined : all.largest / mean;
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
  const SumAndLargest all = sum_and_largest(ct.data(), ct.size());
  result.max = all.largest;
  result.argmax = static_cast<std::size_t>(std::find(ct.begin(), ct.end(), all.largest) - ct.begin());
  result.mean = all.sum / static_cast<double>(ct.size());
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
