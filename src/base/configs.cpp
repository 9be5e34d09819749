#include "phasescope/base/configs.h"

#include <array>
#include <cstdlib>
#include <system_error>

#include "phasescope/base/error.h"

namespace phasescope {

std::filesystem::path program_folder() {
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) throw_environment_error("/proc/self/exe", "cannot be read", error.value());
  return program.parent_path();
}

std::filesystem::path configs_folder() {
  if (const char* chosen = std::getenv("PHASESCOPE_CONFIGS")) return chosen;
  const std::filesystem::path program = program_folder();
  constexpr std::array places = {"../share/phasescope/configs", "../configs", "../../configs"};
  for (const char* place : places) {
    const std::filesystem::path folder = (program / place).lexically_normal();
    if (std::filesystem::exists(folder / "prompts/index.json")) return folder;
  }
  throw_environment_error(program.string(), "shipped configuration files not found beside the program; set PHASESCOPE_CONFIGS");
}

}  // namespace phasescope
