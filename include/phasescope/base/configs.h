#pragma once

#include <filesystem>

namespace phasescope {

/// The folder of the files that are shipped with the program (prompts/, regimes/, schemas/):
/// PHASESCOPE_CONFIGS if set, else beside the running program: ../configs or ../../configs in a source tree,
/// ../share/phasescope/configs when installed. Errors: environment.
std::filesystem::path configs_folder();

/// The folder that holds the running program.
std::filesystem::path program_folder();

}  // namespace phasescope
