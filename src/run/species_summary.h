#pragma once

#include <optional>
#include <string>
#include <vector>

#include "phasescope/intelliton/diagnostics_report.h"
#include "phasescope/intelliton/species_report.h"
#include "phasescope/run/execute.h"

namespace phasescope::run {

/// What a run found of species, pairs and dynamics.
struct SpeciesResults {
  std::optional<intelliton::SpeciesReport> species;
  std::optional<intelliton::DiagnosticsReport> diagnostics;

  /// The published species; nullptr when none were looked for.
  const std::vector<intelliton::Species>* catalog() const {
    return species ? &species->published.species : nullptr;
  }
};

/// Sets the number of species and the text for the terminal: the species as published and as estimated, what
/// lies inside its null, and what the controls say of pairs. Lines of at most 110 characters, one screen.
void summarise_species(const SpeciesResults& results, RunSummary& summary);

}  // namespace phasescope::run
