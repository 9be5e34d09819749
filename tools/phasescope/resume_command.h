#pragma once

#include <string>
#include <vector>

namespace phasescope::tool {

/// The line of shell that continues what these arguments (the program's name first) began. `overwrites`:
/// --overwrite was given, here or in a configuration file; it is taken back, since it would start over.
std::string resume_command(const std::vector<std::string>& arguments, bool overwrites);

}  // namespace phasescope::tool
