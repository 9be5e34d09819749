#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "phasescope/report/plot.h"

namespace phasescope::report {

/// A regime of ratio_norm between its cut points; an absent end is open.
struct RegimeBand {
  std::string name;
  std::optional<double> low = std::nullopt;
  std::optional<double> high = std::nullopt;
};

/// The colour of the i-th regime, the same in every picture.
Paint regime_paint(std::size_t index);

/// Shades the regimes of a plot whose y axis is ratio_norm and extends from `low` to `high`.
void add_regime_bands(Plot& plot, const std::vector<RegimeBand>& regimes, double low, double high);

/// Ends of a logarithmic axis that shows [least, greatest] and a little around it, and does not zoom in on
/// less than a factor of 2.
struct AxisEnds {
  double low = 1;
  double high = 2;
};
AxisEnds ratio_axis_ends(const std::vector<const Values*>& values);

}  // namespace phasescope::report
