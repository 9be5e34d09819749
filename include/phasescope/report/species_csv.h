#pragma once

#include <string>

#include "phasescope/intelliton/species_report.h"

namespace phasescope::report {

/// tables/species.csv: one row a species of the sound estimates, each estimate with its interval, and what of
/// it lies inside which null.
std::string species_to_csv(const intelliton::SpeciesReport& report);

}  // namespace phasescope::report
