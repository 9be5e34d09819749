#pragma once

#include "phasescope/base/json.h"
#include "phasescope/intelliton/catalog.h"

namespace phasescope::report {

/// The quantities of a published species by their report names, without its name and vector.
Json species_quantities(const intelliton::Species& species);

}  // namespace phasescope::report
