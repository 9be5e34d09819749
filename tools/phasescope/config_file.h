#pragma once

#include <CLI/CLI.hpp>

namespace phasescope::tool {

/// Gives a command the option -C/--config: a JSON object whose keys are the command's long option names
/// (dashes or underscores) or its positional names. It stands for what is not typed on the command line,
/// required options included; null stands for nothing. Errors when the command is parsed: environment when
/// the file cannot be read, input_file when it is no JSON object, usage for unknown keys and for values that
/// the option does not take.
void add_config_option(CLI::App& command);

}  // namespace phasescope::tool
