#pragma once

#include <optional>
#include <vector>

namespace phasescope::stats {

/// Slope of the least-squares line of y on x. Absent when x has fewer than two distinct values.
std::optional<double> least_squares_slope(const std::vector<double>& x, const std::vector<double>& y);

}  // namespace phasescope::stats
