#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "phasescope/stats/estimate.h"

namespace phasescope::intelliton {

/// One number a prompt, for the grounded and the other prompt of every pair; absent where it is undefined.
struct PairedMeasure {
  std::string name;
  bool baseline = false;  ///< prompt length, likelihood, top-1 probability: what any measure has to beat
  std::vector<std::optional<double>> grounded;  ///< by pair
  std::vector<std::optional<double>> other;
};

/// How well a measure tells the other prompts from the grounded ones.
struct MeasureRow {
  std::string name;
  bool baseline = false;
  std::size_t pairs = 0;               ///< with both values
  stats::Estimate auc;                 ///< chance that the other prompt's value is larger; 0.5 tells nothing
  stats::Estimate auc_length_matched;  ///< the same over pairs of nearly equal length
  stats::Estimate mean_difference;     ///< other - grounded
  std::optional<double> p_value;       ///< paired label permutation of the mean difference, two-sided
  /// Whether prompt length alone separates the prompts at least as well, |AUC - 0.5| compared; absent for
  /// baselines and without an AUC.
  std::optional<bool> length_does_as_well;
};

struct MeasureOptions {
  std::size_t draws = 2000;         ///< bootstrap over pairs within category
  std::size_t permutations = 2000;  ///< of labels within pairs
  std::uint64_t seed = 1234;
  double length_tolerance = 1;  ///< tokens by which the prompts of a length-matched pair may differ
};

inline constexpr const char* kPromptLength = "prompt_length";

/// One row a measure, in their order. `category_of`: category number of each pair. The measure named
/// kPromptLength, when present, is what pairs are matched on.
std::vector<MeasureRow> measure_table(const std::vector<PairedMeasure>& measures,
                                      const std::vector<std::size_t>& category_of,
                                      const MeasureOptions& options);

}  // namespace phasescope::intelliton
