#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "phasescope/states/observer.h"

namespace phasescope::model {

/// What observers will read of the states of a pass of prompts, for a backend that holds them elsewhere.
struct PassReading {
  /// By point: rows of the pass, ascending and apart from each other. Empty: all rows at all points.
  std::vector<std::vector<states::RowRange>> rows;
  /// By sequence of the pass: first rows whose Gram matrices are wanted. Empty: none are.
  std::vector<std::int64_t> gram_rows;
  /// Sequences of the pass whose rows' products with each other are wanted.
  std::vector<std::pair<std::size_t, std::size_t>> gram_pairs;
};

/// Asks the observers. `prompts`: the pass's segments.
PassReading reading_of(const std::vector<states::Observer*>& observers,
                       const std::vector<states::Segment>& prompts, std::int64_t points);

}  // namespace phasescope::model
