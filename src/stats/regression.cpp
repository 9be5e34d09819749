#include "phasescope/stats/regression.h"

#include <cstddef>

#include "phasescope/stats/descriptive.h"

namespace phasescope::stats {

std::optional<double> least_squares_slope(const std::vector<double>& x, const std::vector<double>& y) {
  bool varies = false;
  for (const double value : x) varies = varies || value != x.front();
  if (!varies) return std::nullopt;
  const double mean_x = mean(x);
  const double mean_y = mean(y);
  double covariance = 0;
  double variance = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    covariance += (x[i] - mean_x) * (y[i] - mean_y);
    variance += (x[i] - mean_x) * (x[i] - mean_x);
  }
  return covariance / variance;
}

std::optional<double> squared_correlation(const std::vector<double>& x, const std::vector<double>& y) {
  const auto there = least_squares_slope(x, y);
  const auto back = least_squares_slope(y, x);
  if (!there || !back) return std::nullopt;
  return *there * *back;
}

}  // namespace phasescope::stats
