#pragma once

#include <optional>
#include <string>
#include <vector>

#include "phasescope/report/regime_bands.h"

namespace phasescope::report {

/// One model of the phase map, or one run of a model.
struct PhaseMapModel {
  std::string name;        ///< "": the point has no label
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
  std::vector<RegimeBand> intervals = {};  ///< of the regimes as they were observed, in the same order
  std::string noun = "models";             ///< what the points are
};

/// The plane of flux (mean ct) and instability (ratio_norm, logarithmic): regimes as named bands, models as
/// points with error bars, checkpoints of one training run joined in their order. Where intervals are given
/// they are shaded inside the bands.
std::string phase_map_figure(const PhaseMap& map);

/// Several planes one under the other, each headed by its definition. Title and finding are those of the
/// first.
std::string phase_maps_figure(const std::vector<PhaseMap>& maps);

}  // namespace phasescope::report
