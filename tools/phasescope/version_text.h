#pragma once

#include <string>

namespace phasescope::tool {

/// What --version prints: program, git revision, compiler, and the libraries of the model library where that
/// can be opened.
std::string version_text();

}  // namespace phasescope::tool
