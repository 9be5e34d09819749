#pragma once

#include <filesystem>

#include "phasescope/base/json.h"
#include "phasescope/intelliton/diagnostics_report.h"
#include "phasescope/intelliton/species_report.h"

namespace phasescope::run {

/// figures/particle_table.svg, singular_values.svg, power_spectrum.svg and running_mass.svg.
/// `representative`: the analysis of the report's representative field; `model` as in the reports.
void write_species_figures(const std::filesystem::path& folder, const intelliton::SpeciesReport& report,
                           const intelliton::FieldAnalysis& representative, const Json& model);

/// figures/pair_divergence.svg, where there are pairs, and occupation.svg and transitions.svg, where there
/// are dynamics.
void write_diagnostics_figures(const std::filesystem::path& folder,
                               const intelliton::DiagnosticsReport& report, const Json& model);

}  // namespace phasescope::run
