#pragma once

#include "phasescope/intelliton/matched_modes.h"

namespace phasescope::intelliton {

/// Sets what follows from extent and log_amplitude alone: growth rate, masses, Z, anomalous dimension, fixed
/// point, alpha and beta.
void estimate_flow(MatchedModes& modes, const MatchOptions& options);

/// Points [first, first + count) of mode i's match that lie in [low, high).
struct MatchedRange {
  Eigen::Index first = 0;
  Eigen::Index count = 0;
};

MatchedRange matched_range(const MatchedModes& modes, Eigen::Index i, Eigen::Index low, Eigen::Index high);

/// A rate over depth needs that many points.
inline constexpr Eigen::Index kFewestPoints = 3;

}  // namespace phasescope::intelliton
