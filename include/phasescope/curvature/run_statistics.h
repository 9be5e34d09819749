#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "phasescope/curvature/definition.h"
#include "phasescope/curvature/trajectory.h"

namespace phasescope::curvature {

/// Runs with fewer ct values than this are never classified.
constexpr std::size_t fewest_steps = 3;

/// Statistics of the ct values of one run (after clipping, when the definition asks for it).
struct RunStatistics {
  double max = 0;
  double mean = 0;
  double median = 0;
  double p95 = 0;
  double deviation = 0;                   ///< population
  std::optional<double> ratio_norm;       ///< max / mean; absent when the mean is 0
  std::optional<double> p95_over_median;  ///< absent when the median is 0
  std::size_t argmax = 0;                 ///< first index of the maximum
  double late_ct = 0;                     ///< mean of the last quarter, at least 4 values
  double debt_max = 0;                    ///< of D_t = max(0, D_{t-1} + ct_t - median), D starting at 0
  double debt_final = 0;
  std::optional<double> mean_delta;      ///< never clipped
  std::optional<double> mean_curvature;  ///< over the defined ones; never clipped
};

/// Needs at least one value.
RunStatistics run_statistics(const TrajectoryTerms& terms, Clip clip);

/// The values that statistics are made of: clipped at median +- 5 x 1.4826 x MAD, or as they are.
std::vector<double> clipped(const std::vector<double>& ct, Clip clip);

/// max / mean of the first `count` values after clipping; `undefined` when the mean is 0.
double max_over_mean(const std::vector<double>& ct, std::size_t count, Clip clip);

/// Mean of the last min(N, max(4, ceil(N / 4))) of the first N = `count` values.
double late_mean(const std::vector<double>& ct, std::size_t count);

/// Mean over the values that are defined; absent when none is.
std::optional<double> mean_of_defined(const std::vector<double>& values);

}  // namespace phasescope::curvature
