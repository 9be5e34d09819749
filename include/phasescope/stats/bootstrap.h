#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "phasescope/stats/estimate.h"

namespace phasescope::stats {

struct BootstrapOptions {
  std::size_t draws = 2000;
  std::uint64_t seed = 1234;
  std::string purpose = "bootstrap";  ///< names the random streams
  double coverage = 0.95;
};

/// Statistics of one resample, given the drawn item numbers; NaN where a statistic is undefined. Called from
/// several threads at once.
using ResampleStatistics = std::function<std::vector<double>(const std::vector<std::size_t>& items)>;

/// The values of every statistic in every draw, or the reason why there are none.
struct BootstrapDraws {
  std::vector<std::vector<double>> values;  ///< [statistic][draw]
  std::string reason;                       ///< empty when values are there
  /// By how much intervals come out too narrow, because resampling m items of a group loses one degree of
  /// freedom: sqrt((items - groups) / items), which is sqrt((m - 1) / m) for groups of equal size m.
  double narrowness = 1;
};

/// Draws items with replacement within their group, keeping the size of each group (Efron and Tibshirani, "An
/// Introduction to the Bootstrap", 1993). `group_of[item]` counts from 0. No values when there are no items,
/// or when each group has one item only (every draw would be the sample itself).
BootstrapDraws stratified_bootstrap(const std::vector<std::size_t>& group_of,
                                    const ResampleStatistics& statistics, const BootstrapOptions& options);

/// The same where items come in clusters that belong together (Davison and Hinkley, "Bootstrap Methods and
/// their Application", 1997, section 3.8): clusters are drawn within their group, each with all its items, in
/// item order. `cluster_of[item]` counts from 0; the items of a cluster are of one group. Narrowness is that
/// of clusters in groups. Clusters of one item give the draws of stratified_bootstrap.
BootstrapDraws clustered_bootstrap(const std::vector<std::size_t>& group_of,
                                   const std::vector<std::size_t>& cluster_of,
                                   const ResampleStatistics& statistics, const BootstrapOptions& options);

/// How often each item was drawn, in several draws at once.
struct DrawCounts {
  static constexpr std::size_t kDraws = 16;

  std::size_t draws = kDraws;         ///< of them in use, the first ones
  std::vector<std::uint32_t> counts;  ///< [items, kDraws]

  std::size_t items() const { return counts.size() / kDraws; }
  /// The counts of one item, by draw.
  const std::uint32_t* of(std::size_t item) const { return counts.data() + item * kDraws; }
};

/// Writes statistic s of draw d to values[s * DrawCounts::kDraws + d]; NaN where it is undefined. Called from
/// several threads at once.
using CountedStatistics = std::function<void(const DrawCounts& counts, double* values)>;

/// The draws of stratified_bootstrap, for statistics that need no more than how often each item was drawn.
BootstrapDraws counted_bootstrap(const std::vector<std::size_t>& group_of, std::size_t statistics,
                                 const CountedStatistics& evaluate, const BootstrapOptions& options);

/// The percentile interval of one statistic, written into an estimate beside its value. Undefined draws are
/// left out.
Estimate with_percentile_interval(double value, const BootstrapDraws& draws, std::size_t statistic,
                                  double coverage = 0.95);

/// Numbers group names 0, 1, .. by first appearance: the `group_of` of stratified_bootstrap.
std::vector<std::size_t> group_numbers(const std::vector<std::string>& names);

}  // namespace phasescope::stats
