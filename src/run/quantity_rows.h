#pragma once

#include <string>
#include <vector>

#include "phasescope/base/json.h"

namespace phasescope::run {

/// A quantity of a report as a page shows it.
struct QuantityPlace {
  const char* title;
  const char* pointer;  ///< JSON pointer into the report
};

/// A number with three significant digits, whole numbers in full; text as it is; "yes", "no"; "-" for null.
std::string value_text(const Json& value);

/// Rows {title, value, interval, null} of the places that a report has. An estimate is an object with `value`
/// or `median`, `low`, `high`, and where it was compared with a null `null` {name, low, high} and
/// `inside_null`. An undefined value shows its reason.
std::vector<std::vector<std::string>> quantity_rows(const Json& report,
                                                    const std::vector<QuantityPlace>& places);

}  // namespace phasescope::run
