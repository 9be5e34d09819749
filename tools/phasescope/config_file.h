#pragma once

#include <CLI/CLI.hpp>

namespace phasescope::tool {

/// Gives a command the option -C/--config: a JSON object whose keys are the command's long option names
/// (dashes or underscores), flags typed on the command line overriding it. Unknown keys are a usage error.
void use_json_config(CLI::App& command);

}  // namespace phasescope::tool
