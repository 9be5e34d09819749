#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "phasescope/base/json.h"

namespace phasescope::curvature {

/// The regimes of ratio_norm, in ascending order: an interval each, as observed somewhere, and the cut points
/// between neighbours that classify any ratio.
struct Bands {
  struct Regime {
    std::string name;
    double low = 0;
    double high = 0;
  };

  std::string name;
  std::string source;
  std::vector<Regime> regimes;
  std::vector<double> cuts;  ///< one fewer than regimes, ascending

  /// Place in `regimes` of a ratio; one that equals a cut belongs above it.
  std::size_t regime_of(double ratio) const;
  const std::string& name_of(double ratio) const { return regimes[regime_of(ratio)].name; }
};

struct Placement {
  std::string regime;
  std::optional<std::string> interval;  ///< the regime whose interval holds the ratio, bounds included
  double distance_to_cut = 0;           ///< to the nearest cut

  bool gap() const { return !interval; }
};

Placement place(double ratio, const Bands& bands);

/// Bands from the layout of configs/regimes/published.json. Errors: input_file for fewer than two regimes,
/// repeated names, intervals or cuts that are not ascending or positive.
Bands parse_bands(const Json& json, const std::string& file);
Bands read_bands(const std::filesystem::path& file);

/// Bands fitted to the ratios of a panel: the partition of the sorted log ratios into `names.size()` groups
/// with the smallest sum of squares within groups (Fisher 1958), cuts at the midpoints of the gaps between
/// groups, intervals from the smallest to the largest ratio of a group. Errors: usage when there are fewer
/// distinct ratios than names, or a ratio that is not positive.
Bands fit_bands(std::vector<double> ratios, const std::vector<std::string>& names, const std::string& source);

}  // namespace phasescope::curvature
