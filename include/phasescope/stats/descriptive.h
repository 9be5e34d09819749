#pragma once

#include <optional>
#include <vector>

namespace phasescope::stats {

// Functions of one sample. Each needs at least one value and throws Error(internal) without; values are
// finite.

double mean(const std::vector<double>& values);

/// Quantile by linear interpolation between order statistics (definition 7 of Hyndman and Fan 1996, the
/// default of numpy). `probability` in [0, 1].
double quantile(std::vector<double> values, double probability);

double median(std::vector<double> values);

/// The median distance from the median, not rescaled.
double median_absolute_deviation(const std::vector<double>& values);

/// Standard deviation with divisor n.
double population_deviation(const std::vector<double>& values);

/// Values clipped to median +- width x 1.4826 x MAD (1.4826 makes the MAD an estimate of a normal
/// distribution's standard deviation). A MAD of 0 clips nothing.
std::vector<double> clipped_by_deviation(std::vector<double> values, double width);

/// The values that are there.
std::vector<double> defined_values(const std::vector<std::optional<double>>& values);

}  // namespace phasescope::stats
