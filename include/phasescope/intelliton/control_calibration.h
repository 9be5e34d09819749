#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "phasescope/intelliton/pair_observer.h"
#include "phasescope/stats/estimate.h"

namespace phasescope::intelliton {

struct CalibrationOptions {
  double false_alarm_rate = 0.1;  ///< share of controls that a threshold may flag
  std::size_t draws = 2000;       ///< bootstrap over pairs and controls within category
  std::size_t permutations = 2000;
  std::uint64_t seed = 1234;
};

/// One way to compare two fields, with a threshold that control pairs (grounded against grounded) set.
struct CalibratedFlag {
  std::string name;
  std::size_t pairs = 0;
  std::size_t controls = 0;
  std::string reason;               ///< why nothing below is defined, when there are no pairs or controls
  std::optional<double> threshold;  ///< the controls' 1 - false_alarm_rate quantile
  std::optional<double> false_alarm_rate;  ///< of thresholds set without the control they judge
  stats::Estimate flag_rate;               ///< of pairs
  stats::Estimate auc;                     ///< pairs against controls; 0.5 tells nothing
  std::optional<double> p_value;           ///< AUC, labels pair/control permuted within category, one-sided
};

/// Peak and mean divergence, entropy gap, tunneling score and loss of common modes, each calibrated.
std::vector<CalibratedFlag> calibrate_flags(const std::vector<ComparedPair>& pairs,
                                            const std::vector<ComparedPair>& controls,
                                            const CalibrationOptions& options);

}  // namespace phasescope::intelliton
