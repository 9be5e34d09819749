#pragma once

#include "eigen_json.h"

#include <string>

#include "phasescope/stats/estimate.h"

namespace phasescope::report {

/// {value, low, high}, each null beside its reason where it is undefined.
inline Json estimate_to_json(const stats::Estimate& estimate) {
  Json json;
  set_optional(json, "value", estimate.value, estimate.reason);
  set_optional(json, "low", estimate.low, estimate.interval_reason);
  set_optional(json, "high", estimate.high, estimate.interval_reason);
  return json;
}

}  // namespace phasescope::report
