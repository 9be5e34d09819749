#pragma once

#include "phasescope/base/json.h"
#include "phasescope/intelliton/diagnostics_report.h"

namespace phasescope::report {

/// diagnostics.json (configs/schemas/diagnostics.schema.json). `model` describes the model as in
/// manifest.json. Undefined numbers are null beside a `<name>_reason`.
Json diagnostics_to_json(const intelliton::DiagnosticsReport& report, const Json& model);

}  // namespace phasescope::report
