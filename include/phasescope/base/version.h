#pragma once

#include <string>

namespace phasescope {

/// Of this program, as in CMakeLists.txt.
extern const char* const kVersion;
/// Name and version of the compiler it was built with.
extern const char* const kCompiler;
/// Abbreviated commit it was built from, with "-dirty" when files were changed; "unknown" outside a checkout.
std::string git_revision();

}  // namespace phasescope
