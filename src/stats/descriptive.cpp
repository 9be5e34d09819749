#include "phasescope/stats/descriptive.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "phasescope/base/error.h"

namespace phasescope::stats {
namespace {

constexpr double normal_consistency = 1.4826;

void require_values(const std::vector<double>& values) {
  if (values.empty()) throw Error(ExitClass::internal, "a statistic of no values was asked for");
}

}  // namespace

double mean(const std::vector<double>& values) {
  require_values(values);
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double quantile(std::vector<double> values, double probability) {
  require_values(values);
  const double place = probability * static_cast<double>(values.size() - 1);
  const auto below = values.begin() + static_cast<std::ptrdiff_t>(std::floor(place));
  std::nth_element(values.begin(), below, values.end());
  if (below + 1 == values.end()) return *below;
  const double above = *std::min_element(below + 1, values.end());
  return *below + (place - std::floor(place)) * (above - *below);
}

double median(std::vector<double> values) {
  return quantile(std::move(values), 0.5);
}

double median_absolute_deviation(const std::vector<double>& values) {
  const double centre = median(values);
  std::vector<double> distances;
  distances.reserve(values.size());
  for (const double value : values) distances.push_back(std::abs(value - centre));
  return median(std::move(distances));
}

double population_deviation(const std::vector<double>& values) {
  const double centre = mean(values);
  double sum = 0;
  for (const double value : values) sum += (value - centre) * (value - centre);
  return std::sqrt(sum / static_cast<double>(values.size()));
}

std::vector<double> clipped_by_deviation(std::vector<double> values, double width) {
  const double reach = width * normal_consistency * median_absolute_deviation(values);
  if (reach == 0) return values;
  const double centre = median(values);
  for (double& value : values) value = std::clamp(value, centre - reach, centre + reach);
  return values;
}

std::vector<double> defined_values(const std::vector<std::optional<double>>& values) {
  std::vector<double> result;
  for (const auto& value : values) {
    if (value) result.push_back(*value);
  }
  return result;
}

}  // namespace phasescope::stats
