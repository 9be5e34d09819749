#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace phasescope::text {

/// A prompt set that comes with phasescope.
struct ShippedPromptSet {
  std::string name;
  std::filesystem::path file;
  std::vector<std::string> analyses;  ///< those that it is meant for
  std::string description;
  std::optional<std::string> chat;  ///< "off", "on" or "auto": whether prompts are turns of a conversation
};

/// The folder of the files that come with phasescope: $PHASESCOPE_CONFIGS, or ../configs, ../../configs or
/// ../share/phasescope/configs beside the running program, whichever exists. Errors: environment, with the
/// places looked at, when there is none.
std::filesystem::path configs_folder();

/// The sets listed in prompts/index.json of that folder. Errors: as configs_folder; environment or input_file
/// when the index is missing or wrong.
std::vector<ShippedPromptSet> shipped_prompt_sets();
std::vector<ShippedPromptSet> shipped_prompt_sets(const std::filesystem::path& configs);

/// The set of this name, if there is one.
std::optional<ShippedPromptSet> find_shipped_prompt_set(const std::string& name);

}  // namespace phasescope::text
