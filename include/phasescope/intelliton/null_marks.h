#pragma once

#include <string>
#include <vector>

#include "phasescope/intelliton/species_report.h"

namespace phasescope::intelliton {

/// A result that at least one null explains.
struct NullMark {
  std::string quantity;
  std::vector<std::string> nulls;  ///< by name
};

/// What of species `place` of the sound estimates lies inside a null.
std::vector<NullMark> species_marks(const SpeciesReport& report, std::size_t place);
/// What of the whole set of prompts does.
std::vector<NullMark> field_marks(const SpeciesReport& report);

/// "growth_rate (shuffle-layers), spin (shuffle-tokens, random-weights)"; empty without marks.
std::string marks_text(const std::vector<NullMark>& marks);

}  // namespace phasescope::intelliton
