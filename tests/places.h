#pragma once

#include <filesystem>

namespace phasescope {

/// tests/data of this source tree.
std::filesystem::path test_data();
/// configs/ of this source tree.
std::filesystem::path shipped_configs();
/// The phasescope program of this build.
std::filesystem::path built_program();

}  // namespace phasescope
