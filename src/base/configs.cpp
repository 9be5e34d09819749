#include "phasescope/base/configs.h"

#include <cstdlib>
#include <string>
#include <system_error>
#include <vector>

#include "phasescope/base/error.h"

namespace phasescope {

std::filesystem::path program_folder() {
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) throw_environment_error("/proc/self/exe", "cannot be read", error.value());
  return program.parent_path();
}

std::filesystem::path configs_folder() {
  std::vector<std::filesystem::path> places;
  const char* chosen = std::getenv("PHASESCOPE_CONFIGS");
  if (chosen != nullptr && *chosen != '\0') {
    places = {chosen};
  } else {
    const std::filesystem::path program = program_folder();
    places = {program / "../share/phasescope/configs", program / "../configs", program / "../../configs"};
  }
  std::string looked_at;
  for (const std::filesystem::path& place : places) {
    std::error_code ignored;
    if (std::filesystem::is_directory(place, ignored)) return place.lexically_normal();
    looked_at += (looked_at.empty() ? "" : ", ") + place.lexically_normal().string();
  }
  throw_environment_error("", "the folder of shipped files was not found; looked for " + looked_at);
}

}  // namespace phasescope
