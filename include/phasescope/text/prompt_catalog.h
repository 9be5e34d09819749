#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace phasescope::text {

/// Whether prompts are given to a model as they are ("off"), as a user's turn in its chat template ("on"), or
/// as that if it has a chat template ("auto").
enum class ChatUse { off, automatic, on };

/// A prompt set that comes with phasescope.
struct ShippedPromptSet {
  std::string name;
  std::filesystem::path file;
  std::vector<std::string> analyses;  ///< those that it is meant for
  std::string description;
  ChatUse chat = ChatUse::off;
};

/// The sets listed in prompts/index.json of that folder. Errors: as configs_folder; environment or input_file
/// when the index is missing or wrong.
std::vector<ShippedPromptSet> shipped_prompt_sets();
std::vector<ShippedPromptSet> shipped_prompt_sets(const std::filesystem::path& configs);

/// The set of this name, if there is one.
std::optional<ShippedPromptSet> find_shipped_prompt_set(const std::string& name);

}  // namespace phasescope::text
