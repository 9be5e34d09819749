#pragma once

#include <optional>
#include <string>
#include <vector>

#include "phasescope/intelliton/robust_report.h"

namespace phasescope::intelliton {

/// A range of values that a null run's species take, interval ends included.
struct ValueRange {
  double low = 0;
  double high = 0;

  bool contains(double value) const { return low <= value && value <= high; }
};

/// The same analysis of a network that has learnt nothing, or that is fed nothing: "random-weights",
/// "random-embedding".
struct ModelNull {
  std::string name;
  stats::Estimate n_species;
  std::optional<ValueRange> growth_rate;  ///< over the null run's species; absent when it has none
  std::optional<ValueRange> spin;
  std::optional<bool> species_count_inside;  ///< the run's number of species lies in the null's interval
  std::vector<std::optional<bool>>
      growth_rate_inside;  ///< by species of the run; absent without a value or range
  std::vector<std::optional<bool>> spin_inside;
};

ModelNull compare_with_null_run(const std::string& name, const RobustReport& run,
                                const RobustReport& null_run);

}  // namespace phasescope::intelliton
