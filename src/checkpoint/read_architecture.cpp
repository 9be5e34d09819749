#include "phasescope/checkpoint/read_architecture.h"

#include "config_reader.h"
#include "end_tokens.h"
#include "family.h"

#include "phasescope/checkpoint/checkpoint.h"

namespace phasescope::checkpoint {
namespace {

const Family& family_of(ConfigReader& config) {
  const std::string name = config.text_or("model_type", "");
  if (const Family* family = find_family(name)) return *family;
  std::string known;
  for (const std::string& item : family_names()) known += " " + item;
  config.fail("model_type", name.empty() ? "missing" : "\"" + name + "\" is not supported", "one of" + known);
}

bool has_text_config(const Json& config) {
  return config.is_object() && config.contains("text_config") && config["text_config"].is_object();
}

/// The text model's part of a multimodal wrapper; where both speak of these keys, the wrapper wins.
Json text_config_of(const Json& config) {
  Json text = config["text_config"];
  for (const char* key : {"eos_token_id", "tie_word_embeddings"}) {
    if (config.contains(key) && !config[key].is_null()) text[key] = config[key];
  }
  return text;
}

Architecture read_flat(const Json& json, const std::string& file, const std::string& path) {
  ConfigReader config(json, file, path);
  const Family& family = family_of(config);
  Architecture architecture = family.read(config);
  architecture.family = family.name;
  config.mark_read("eos_token_id");
  read_end_tokens(JsonObject(json, file, path), architecture.vocabulary, architecture.end_tokens);
  config.refuse_unread();
  return architecture;
}

}  // namespace

void read_end_tokens(const JsonObject& config, std::int64_t vocabulary, std::vector<std::int64_t>& tokens) {
  const std::string key = "eos_token_id";
  if (!config.has(key)) return;
  const bool listed = config.json()[key].is_array();
  tokens = listed ? config.integers(key) : std::vector{config.integer(key)};
  for (const std::int64_t token : tokens) {
    if (token < 0 || token >= vocabulary) {
      config.fail(key, "found " + std::to_string(token),
                  "ids below the vocabulary size " + std::to_string(vocabulary));
    }
  }
}

Architecture read_architecture(const Json& config, const std::string& file) {
  if (has_text_config(config)) return read_flat(text_config_of(config), file, "text_config");
  return read_flat(config, file, {});
}

}  // namespace phasescope::checkpoint
