#include "phasescope/curvature/counted_median.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "phasescope/curvature/geometry.h"

namespace phasescope::curvature {
namespace {

using stats::DrawCounts;

using Totals = std::array<std::uint32_t, DrawCounts::kDraws>;

}  // namespace

CountedMedian::CountedMedian(const std::vector<double>& values) {
  for (std::size_t item = 0; item < values.size(); ++item) {
    if (!std::isnan(values[item])) sorted_.emplace_back(values[item], item);
  }
  std::sort(sorted_.begin(), sorted_.end());
}

/// All draws walk together. Of m values drawn the median lies between numbers (m-1)/2 and m/2, from 0.
void CountedMedian::operator()(const DrawCounts& counts, double* medians) const {
  Totals total{};
  for (const auto& [value, item] : sorted_) {
    for (std::size_t draw = 0; draw < total.size(); ++draw) total[draw] += counts.of(item)[draw];
  }
  std::array<double, DrawCounts::kDraws> below{}, above{};
  Totals passed{};
  for (const auto& [value, item] : sorted_) {
    for (std::size_t draw = 0; draw < total.size(); ++draw) {
      const std::uint32_t before = passed[draw];
      const std::uint32_t after = passed[draw] += counts.of(item)[draw];
      // Unsigned: before the walk begins, (0 - 1) / 2 is beyond every draw without values.
      if (before <= (total[draw] - 1) / 2 && (total[draw] - 1) / 2 < after) below[draw] = value;
      if (before <= total[draw] / 2 && total[draw] / 2 < after) above[draw] = value;
    }
  }
  for (std::size_t draw = 0; draw < total.size(); ++draw) {
    const double fraction = total[draw] % 2 == 0 ? 0.5 : 0;
    medians[draw] = total[draw] == 0 ? undefined : below[draw] + fraction * (above[draw] - below[draw]);
  }
}

void counted_means(const std::vector<double>& values, const DrawCounts& counts, double* means) {
  std::array<double, DrawCounts::kDraws> sum{};
  Totals total{};
  for (std::size_t item = 0; item < values.size(); ++item) {
    for (std::size_t draw = 0; draw < total.size(); ++draw) {
      sum[draw] += values[item] * counts.of(item)[draw];
      total[draw] += counts.of(item)[draw];
    }
  }
  for (std::size_t draw = 0; draw < total.size(); ++draw) means[draw] = sum[draw] / total[draw];
}

}  // namespace phasescope::curvature
