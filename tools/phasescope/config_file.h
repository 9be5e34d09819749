#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace phasescope::tool {

/// Documents the option -C/--config of a command. It has been replaced by expand_config before options are parsed.
void add_config_option(CLI::App& command);

/// Replaces -C FILE (or --config FILE, --config=FILE) by the options that the file holds: a JSON object whose keys are the command's long
/// option names, with dashes or underscores. What was typed overrides the file. `arguments` as in main, without the program. Errors:
/// environment or input_file for the file; unknown keys become unknown options, a usage error.
std::vector<std::string> expand_config(const std::vector<std::string>& arguments);

}  // namespace phasescope::tool
