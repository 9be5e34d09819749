#pragma once

#include <optional>
#include <vector>

namespace phasescope::stats {

/// Slope of the least-squares line of y on x. Absent when x has fewer than two distinct values.
std::optional<double> least_squares_slope(const std::vector<double>& x, const std::vector<double>& y);

/// The square of Pearson's correlation: the share of the variance of y that a straight line in x explains.
/// Absent when either does not vary.
std::optional<double> squared_correlation(const std::vector<double>& x, const std::vector<double>& y);

}  // namespace phasescope::stats
