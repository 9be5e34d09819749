#pragma once

#include <optional>
#include <string>
#include <vector>

#include "phasescope/intelliton/robust_report.h"

namespace phasescope::intelliton {

/// A range of values that null networks take, interval ends included.
struct ValueRange {
  double low = 0;
  double high = 0;

  bool contains(double value) const { return low <= value && value <= high; }
};

/// The estimate with its interval as a range, where it has a value.
std::optional<ValueRange> extent_of(const stats::Estimate& estimate);
/// The smallest range that holds both.
std::optional<ValueRange> joined(const std::optional<ValueRange>& a, const std::optional<ValueRange>& b);
/// Absent without a value or a range.
std::optional<bool> is_inside(const stats::Estimate& estimate, const std::optional<ValueRange>& range);

/// One quantity of the run against that of null networks.
struct NullQuantity {
  std::string name;
  std::optional<ValueRange> range;          ///< over networks (and their species); absent when none has it
  std::vector<std::optional<bool>> inside;  ///< of the run's species, or one entry for the run
};

/// The same analysis of networks that have learnt nothing ("random-weights") or are fed nothing
/// ("random-embedding").
struct ModelNull {
  std::string name;
  std::size_t networks = 0;
  std::vector<NullQuantity> of_run;      ///< in the order of robust_field_quantities
  std::vector<NullQuantity> of_species;  ///< in the order of robust_species_quantities
};

ModelNull compare_with_null_runs(const std::string& name, const RobustReport& run,
                                 const std::vector<RobustReport>& null_runs);

}  // namespace phasescope::intelliton
