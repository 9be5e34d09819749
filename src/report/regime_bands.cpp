#include "phasescope/report/regime_bands.h"

#include <algorithm>
#include <cmath>

namespace phasescope::report {

Paint regime_paint(std::size_t index) {
  constexpr std::size_t colours[] = {5, 2, 4, 1};  // blue, green, amber, red: from calm to violent
  return Paint::series(colours[index % 4]);
}

void add_regime_bands(Plot& plot, const std::vector<RegimeBand>& regimes, double low, double high) {
  for (std::size_t i = 0; i < regimes.size(); ++i) {
    plot.stripe(regimes[i].low.value_or(low), regimes[i].high.value_or(high), regimes[i].name,
                {regime_paint(i), 0.16});
  }
}

AxisEnds ratio_axis_ends(const std::vector<const Values*>& values) {
  double least = INFINITY;
  double greatest = 0;
  for (const Values* list : values) {
    for (const double value : *list) {
      if (!std::isfinite(value) || value <= 0) continue;
      least = std::min(least, value);
      greatest = std::max(greatest, value);
    }
  }
  if (greatest == 0) return {1, 10};
  const double factor =
      std::max(std::pow(greatest / least, 0.07), std::sqrt(std::max(1.0, 2 * least / greatest)));
  return {least / factor, greatest * factor};
}

}  // namespace phasescope::report
