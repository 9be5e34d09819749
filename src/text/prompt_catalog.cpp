#include "phasescope/text/prompt_catalog.h"

#include "phasescope/base/configs.h"
#include "phasescope/base/json.h"

namespace phasescope::text {
namespace {

constexpr std::int64_t schema_version = 1;

ChatUse read_chat_use(const JsonObject& entry) {
  const std::string use = entry.text_or("chat", "off");
  if (use == "off") return ChatUse::off;
  if (use == "auto") return ChatUse::automatic;
  if (use == "on") return ChatUse::on;
  entry.fail("chat", "found \"" + use + "\"", "off, auto or on");
}

ShippedPromptSet read_entry(const JsonObject& entry, const std::filesystem::path& folder) {
  ShippedPromptSet set;
  set.name = entry.text("name");
  set.file = folder / entry.text("file");
  set.analyses = entry.texts("analyses");
  set.description = entry.text_or("description", "");
  set.chat = read_chat_use(entry);
  return set;
}

}  // namespace

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
