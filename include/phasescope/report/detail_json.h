#pragma once

#include <string>
#include <utility>
#include <vector>

#include "phasescope/base/json.h"
#include "phasescope/intelliton/catalog.h"
#include "phasescope/intelliton/dynamics.h"
#include "phasescope/intelliton/field_analysis.h"
#include "phasescope/intelliton/pair_diagnostics.h"

namespace phasescope::report {

/// One field of detail.json: every array of the published method. [point][mode] unless the name says
/// otherwise; dispersion_energy and group_velocity are [bin][mode], spectral_density [frequency][mode],
/// momentum_power [point][bin], coupling_matrix [captured block][mode][mode].
Json field_detail_json(const intelliton::FieldAnalysis& field);

/// `catalog` of detail.json: `species` in full precision with their vectors, `species_rounded` as published.
Json catalog_detail_json(const intelliton::Catalog& catalog);

/// `dynamics` of detail.json: occupations, observables and activation shifts, one entry a species.
Json dynamics_detail_json(const intelliton::FieldDynamics& dynamics);

/// `pairs` of detail.json. A pair that could not be compared is null beside `reason`.
Json pairs_detail_json(const intelliton::PairDiagnostics& diagnostics);

}  // namespace phasescope::report
