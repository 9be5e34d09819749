#pragma once

#include "phasescope/base/json.h"
#include "phasescope/intelliton/species_report.h"

namespace phasescope::report {

/// species.json (configs/schemas/species.schema.json). `model` describes the model as in manifest.json.
/// `with_vectors` adds species vectors and axes. Undefined numbers are null beside a `<name>_reason`.
Json species_to_json(const intelliton::SpeciesReport& report, const Json& model, bool with_vectors);

}  // namespace phasescope::report
