#include "phasescope/text/model_chat_template.h"

#include "phasescope/base/files.h"

namespace phasescope::text {
namespace {

/// A token is a string or an object that holds one.
std::string special_token(const JsonObject& config, const std::string& key) {
  if (!config.has(key)) return {};
  return config.json().at(key).is_object() ? config.object(key).text("content") : config.text(key);
}

/// One of several named templates.
std::optional<std::string> default_template(const JsonObject& config) {
  std::size_t index = 0;
  for (const Json& item : config.array("chat_template")) {
    const JsonObject entry(item, config.file(), "chat_template[" + std::to_string(index++) + "]");
    if (entry.text("name") == "default") return entry.text("template");
  }
  return std::nullopt;
}

std::optional<std::string> configured_template(const JsonObject& config) {
  if (!config.has("chat_template")) return std::nullopt;
  if (config.json().at("chat_template").is_array()) return default_template(config);
  return config.text("chat_template");
}

}  // namespace

std::optional<ModelChatTemplate> load_chat_template(const std::filesystem::path& model_folder) {
  const std::filesystem::path own_file = model_folder / "chat_template.jinja";
  const std::filesystem::path config_file = model_folder / "tokenizer_config.json";
  const bool has_config = std::filesystem::exists(config_file);
  const Json document = has_config ? read_json_file(config_file) : Json::object();
  const JsonObject config(document, config_file.string());
  const std::string bos = special_token(config, "bos_token");
  const std::string eos = special_token(config, "eos_token");
  if (std::filesystem::exists(own_file)) {
    const std::string own = read_text_file(own_file);
    return ModelChatTemplate{ChatTemplate(own, own_file.string()), own, bos, eos};
  }
  const auto source = configured_template(config);
  if (!source) return std::nullopt;
  return ModelChatTemplate{ChatTemplate(*source, config_file.string()), *source, bos, eos};
}

}  // namespace phasescope::text
