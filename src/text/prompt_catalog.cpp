#include "phasescope/text/prompt_catalog.h"

#include <cstdlib>
#include <system_error>

#include "phasescope/base/error.h"
#include "phasescope/base/json.h"

namespace phasescope::text {
namespace {

constexpr std::int64_t schema_version = 1;

/// Empty where the system does not tell.
std::filesystem::path program_folder() {
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? std::filesystem::path() : program.parent_path();
}

std::vector<std::filesystem::path> candidate_folders() {
  const char* named = std::getenv("PHASESCOPE_CONFIGS");
  if (named != nullptr && *named != '\0') return {named};
  const std::filesystem::path program = program_folder();
  return {program / "../configs", program / "../../configs", program / "../share/phasescope/configs"};
}

ShippedPromptSet read_entry(const JsonObject& entry, const std::filesystem::path& folder) {
  ShippedPromptSet set;
  set.name = entry.text("name");
  set.file = folder / entry.text("file");
  set.analyses = entry.texts("analyses");
  set.description = entry.text_or("description", "");
  if (entry.has("chat")) set.chat = entry.text("chat");
  return set;
}

}  // namespace

std::filesystem::path configs_folder() {
  std::string places;
  for (const std::filesystem::path& folder : candidate_folders()) {
    std::error_code error;
    if (std::filesystem::is_directory(folder, error)) return folder.lexically_normal();
    places += (places.empty() ? "" : ", ") + folder.lexically_normal().string();
  }
  throw_environment_error("", "the folder of shipped files was not found; looked for " + places);
}

std::vector<ShippedPromptSet> shipped_prompt_sets(const std::filesystem::path& configs) {
  const std::filesystem::path folder = configs / "prompts";
  const std::filesystem::path file = folder / "index.json";
  const Json document = read_json_file(file);
  const JsonObject index(document, file.string());
  index.integer("schema_version", schema_version, schema_version);
  std::vector<ShippedPromptSet> sets;
  for (const Json& item : index.array("sets")) {
    const std::string field = "sets[" + std::to_string(sets.size()) + "]";
    sets.push_back(read_entry(JsonObject(item, file.string(), field), folder));
  }
  return sets;
}

std::vector<ShippedPromptSet> shipped_prompt_sets() {
  return shipped_prompt_sets(configs_folder());
}

std::optional<ShippedPromptSet> find_shipped_prompt_set(const std::string& name) {
  for (const ShippedPromptSet& set : shipped_prompt_sets()) {
    if (set.name == name) return set;
  }
  return std::nullopt;
}

}  // namespace phasescope::text
