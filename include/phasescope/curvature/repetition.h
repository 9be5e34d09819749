#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace phasescope::curvature {

/// How a generated text repeats itself.
struct Repetition {
  /// The text ends in one stretch of tokens said again and again, the last time perhaps cut short.
  struct Loop {
    std::size_t start = 0;   ///< index of the first new token that belongs to it
    std::size_t period = 0;  ///< tokens of the repeated stretch
  };

  std::optional<Loop> loop;
  /// 1 - distinct 4-grams / 4-grams, the seq-rep-4 of Welleck et al. ("Neural Text Generation with
  /// Unlikelihood Training", 2020); absent for fewer than 4 tokens.
  std::optional<double> repeated_4grams;
};

/// `token_ids`: the new tokens of a sequence, a final end token left out. A loop is the longest end of the
/// text with token i equal to token i - period, of at least three periods and at least 4 tokens; of several
/// periods with the same start, the shortest.
Repetition repetition_of(const std::vector<std::int64_t>& token_ids);

}  // namespace phasescope::curvature
