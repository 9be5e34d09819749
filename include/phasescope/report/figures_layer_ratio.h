#pragma once

#include <optional>
#include <string>
#include <vector>

#include "phasescope/report/regime_bands.h"

namespace phasescope::report {

/// ratio_norm of every layer's states. Vectors have one entry a layer, or none if the quantity is not known;
/// entries that are not finite are undefined.
struct LayerRatio {
  std::string model;
  std::string finding;
  std::vector<double> median;
  std::vector<double> low;  ///< interval of the median
  std::vector<double> high;
  std::vector<double> null_low;  ///< the same of states shuffled in time
  std::vector<double> null_high;
  std::vector<RegimeBand> regimes;
};

/// ratio_norm over depth with its interval, the regimes as shaded bands, the shuffled null between dashed
/// lines.
std::string layer_ratio_figure(const LayerRatio& ratio);

}  // namespace phasescope::report
