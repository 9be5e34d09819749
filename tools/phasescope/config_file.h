#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "phasescope/base/json.h"

namespace phasescope::tool {

/// Gives a command the option -C/--config: a JSON object whose keys are the command's long option names
/// (dashes or underscores) or its positional names. It stands for what is not typed on the command line,
/// required options included; null stands for nothing. Errors when the command is parsed: environment when
/// the file cannot be read, input_file when it is no JSON object, usage for unknown keys and for values that
/// the option does not take.
void add_config_option(CLI::App& command);

/// Sets options of a command from a JSON object as such a file holds it, those that are not set yet. `file`
/// names it in errors, which are as above.
void apply_config(CLI::App& command, const Json& config, const std::string& file);

}  // namespace phasescope::tool
