#pragma once

#include <string>

#include "phasescope/base/json.h"
#include "phasescope/run/options.h"

namespace phasescope::tool {

/// The options of `run` from a JSON object as its configuration files hold it; `file` names it in errors.
/// Errors: usage, as the command line's.
run::RunOptions run_options_from(const Json& config, const std::string& file);

}  // namespace phasescope::tool
