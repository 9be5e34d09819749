#pragma once

#include <string>

#include "phasescope/intelliton/catalog.h"

namespace phasescope::report {

/// tables/catalog.csv: the published catalogue in the published columns, order and rounding. Undefined
/// numbers are empty cells.
std::string catalog_to_csv(const intelliton::Catalog& catalog);

}  // namespace phasescope::report
