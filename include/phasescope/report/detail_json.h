#pragma once

#include <string>
#include <utility>
#include <vector>

#include "phasescope/base/json.h"
#include "phasescope/intelliton/catalog.h"
#include "phasescope/intelliton/field_analysis.h"

namespace phasescope::report {

/// One field of detail.json: every array of the published method. [point][mode] unless the name says
/// otherwise; dispersion_energy and group_velocity are [bin][mode], spectral_density [frequency][mode],
/// momentum_power [point][bin], coupling_matrix [captured block][mode][mode].
Json field_detail_json(const intelliton::FieldAnalysis& field);

/// `catalog` of detail.json: `species` in full precision with their vectors, `species_rounded` as published.
Json catalog_detail_json(const intelliton::Catalog& catalog);

/// The quantities of a species by their report names, without its vector.
Json species_json(const intelliton::Species& species);

}  // namespace phasescope::report
