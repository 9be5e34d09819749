#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace phasescope::tool {

// Checks of option values, with messages that end in ", expected ..." like the program's other errors.

/// A finite number of at least `smallest`.
CLI::Validator at_least(double smallest);
/// A finite number above `bound`.
CLI::Validator above(double bound);
/// A number from `smallest` to `largest`.
CLI::Validator between(double smallest, double largest);
/// The validator's name holds the names, with | between them.
CLI::Validator one_of(const std::vector<std::string>& names);
/// auto, cpu, cuda or cuda:N.
CLI::Validator device_name();

}  // namespace phasescope::tool
