#pragma once

#include <optional>
#include <string>
#include <vector>

namespace phasescope::report {

/// ratio_norm of one run and of its states shuffled in time.
struct NullComparison {
  std::string id;
  double observed = 0;
  double null_mean = 0;
  double null_low = 0;   ///< 2.5 % quantile
  double null_high = 0;  ///< 97.5 % quantile
};

struct NullRatios {
  std::string model;
  std::string finding;
  std::vector<NullComparison> runs;  ///< those with a defined ratio and null
};

/// Runs in order of their ratio: the null's interval as an upright line, the observed ratio as a dot, filled
/// where it is outside.
std::string null_ratio_figure(const NullRatios& ratios);

}  // namespace phasescope::report
