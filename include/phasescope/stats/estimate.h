#pragma once

#include <optional>
#include <string>

namespace phasescope::stats {

/// A number with its interval. What is undefined is absent and has a reason, never 0 or NaN.
struct Estimate {
  std::optional<double> value;
  std::string reason;  ///< why `value` is absent
  std::optional<double> low;
  std::optional<double> high;
  std::string interval_reason;  ///< why `low` and `high` are absent

  static Estimate undefined(const std::string& why) { return {std::nullopt, why, {}, {}, why}; }
};

}  // namespace phasescope::stats
