#pragma once

#include "phasescope/run/execute.h"

namespace phasescope::tool {

/// The last lines on stdout: for people, or one JSON object.
void print_summary(const run::RunSummary& summary, bool json);

}  // namespace phasescope::tool
