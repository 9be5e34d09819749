#pragma once

#include <string>

#include "phasescope/base/json.h"
#include "phasescope/report/comparison.h"

namespace phasescope::report {

/// compare.json (docs/outputs.md).
Json comparison_to_json(const Comparison& comparison);

/// compare.csv: one row a pair and quantity. Undefined numbers are empty cells, with the reason in the last
/// column.
std::string comparison_to_csv(const Comparison& comparison);

/// compare.md: one table a group with a column a model, then one table a pair with the differences. Numbers
/// have four digits; what no model has is left out, what some lack is listed with the reason.
std::string comparison_to_markdown(const Comparison& comparison);

}  // namespace phasescope::report
