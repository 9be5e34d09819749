#pragma once

#include <vector>

#include "phasescope/intelliton/robust_report.h"

namespace phasescope::intelliton {

/// An estimate of every species, by the name that reports and tables give it.
struct SpeciesQuantity {
  const char* name;
  WithNull RobustSpecies::*estimate;
};

const std::vector<SpeciesQuantity>& robust_species_quantities();

/// An estimate of the whole set of prompts.
struct FieldQuantity {
  const char* name;
  WithNull RobustReport::*estimate;
};

const std::vector<FieldQuantity>& robust_field_quantities();

}  // namespace phasescope::intelliton
