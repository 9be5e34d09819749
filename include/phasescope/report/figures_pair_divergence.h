#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace phasescope::report {

/// Jensen-Shannon divergence of spectra over depth. Vectors have one entry a layer; entries that are not
/// finite are undefined.
struct PairDivergence {
  std::string model;
  std::string finding;
  std::vector<std::vector<double>> pairs;  ///< one a grounded/prone pair
  std::vector<double> pairs_mean;
  std::vector<double> controls_mean;  ///< of grounded/grounded control pairs
  std::vector<double> controls_low;   ///< 2.5 % quantile over controls
  std::vector<double> controls_high;  ///< 97.5 % quantile
  std::optional<std::int64_t> critical_layer;
};

/// Every pair as a thin line and their mean, against the band of the controls.
std::string pair_divergence_figure(const PairDivergence& divergence);

}  // namespace phasescope::report
