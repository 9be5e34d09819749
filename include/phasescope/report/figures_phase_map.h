#pragma once

#include <optional>
#include <string>
#include <vector>

#include "phasescope/report/regime_bands.h"

namespace phasescope::report {

/// One model of the phase map.
struct PhaseMapModel {
  std::string name;
  std::string family;      ///< decides colour and marker
  std::string trajectory;  ///< models of one training run share it; "" for none
  double flux = 0;         ///< mean ct
  double ratio = 0;        ///< ratio_norm
  std::optional<double> flux_low, flux_high;
  std::optional<double> ratio_low, ratio_high;
};

struct PhaseMap {
  std::string title;
  std::string finding;
  std::string ct_id;
  std::vector<PhaseMapModel> models;  ///< checkpoints of a trajectory in the order of training
  std::vector<RegimeBand> regimes;
};

/// The plane of flux (mean ct) and instability (ratio_norm, logarithmic): regimes as named bands, models as
/// points with error bars, checkpoints of one training run joined in their order.
std::string phase_map_figure(const PhaseMap& map);

}  // namespace phasescope::report
