#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "phasescope/stats/bootstrap.h"

namespace phasescope::curvature {

/// Medians of resamples of values, one an item: sorted once, then each resample is one walk along them. The
/// same bits as stats::median of the values that were drawn.
class CountedMedian {
 public:
  /// An undefined value is never drawn.
  explicit CountedMedian(const std::vector<double>& values);

  /// Of each draw, into `medians` [DrawCounts::kDraws]; undefined where no value was drawn.
  void operator()(const stats::DrawCounts& counts, double* medians) const;

 private:
  std::vector<std::pair<double, std::size_t>> sorted_;  ///< value and item
};

/// Means of resamples of defined values, one an item, into `means` [DrawCounts::kDraws].
void counted_means(const std::vector<double>& values, const stats::DrawCounts& counts, double* means);

}  // namespace phasescope::curvature
