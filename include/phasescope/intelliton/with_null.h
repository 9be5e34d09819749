#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "phasescope/stats/estimate.h"

namespace phasescope::intelliton {

/// Where a quantity would lie if what it measures did not exist: 95 % of the null's draws.
struct NullRange {
  double low = 0;
  double high = 0;
  std::size_t draws = 0;

  bool contains(double value) const { return low <= value && value <= high; }
};

/// Nulls by their names on the command line, and the one that is always there.
inline constexpr const char* kShuffleTokens = "shuffle-tokens";
inline constexpr const char* kShuffleLayers = "shuffle-layers";
inline constexpr const char* kRandomEmbedding = "random-embedding";
inline constexpr const char* kRandomWeights = "random-weights";
inline constexpr const char* kRandomWalk = "random-walk";

/// An estimate beside the null that could explain it away.
struct WithNull {
  stats::Estimate estimate;
  /// kShuffleTokens, kShuffleLayers or kRandomWalk; empty: no order of tokens or layers changes the quantity.
  std::string null_name;
  std::optional<NullRange> null;  ///< absent when it was not asked for, or hardly a draw is defined

  /// Absent without a value or a null.
  std::optional<bool> inside_null() const {
    if (!estimate.value || !null) return std::nullopt;
    return null->contains(*estimate.value);
  }
};

}  // namespace phasescope::intelliton
