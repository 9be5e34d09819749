#include "phasescope/checkpoint/read_architecture.h"

#include "config_reader.h"
#include "end_tokens.h"
#include "family.h"

#include <array>

#include "phasescope/base/error.h"
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

/// Multimodal models whose text model is one of the families under other names, and nothing else where a
/// prompt has no images.
struct Wrapper {
  const char* name;         ///< `model_type` of the file
  const char* text_family;  ///< what `text_config` is where it does not say so itself
};
constexpr std::array<Wrapper, 2> kWrappers = {{{"gemma3", "gemma3_text"}, {"mistral3", "mistral"}}};

bool has_text_config(const Json& config) {
  return config.is_object() && config.contains("text_config") && config["text_config"].is_object();
}

const Wrapper& wrapper_of(ConfigReader& config) {
  const std::string name = config.text_or("model_type", "");
  std::string known;
  for (const Wrapper& wrapper : kWrappers) {
    if (name == wrapper.name) return wrapper;
    known += std::string(" ") + wrapper.name;
  }
  config.fail("model_type", name.empty() ? "missing" : "\"" + name + "\" is not supported",
              "one of" + known + " where there is a text_config");
}

/// The text model's part of a multimodal wrapper. The wrapper says whether the head is tied, and is so unless
/// it says otherwise; its end tokens win.
Json text_config_of(const Json& json, const std::string& file) {
  ConfigReader config(json, file);
  Json text = json["text_config"];
  const Wrapper& wrapper = wrapper_of(config);
  if (!text.contains("model_type")) text["model_type"] = wrapper.text_family;
  if (text.contains("final_logit_softcapping") && !text["final_logit_softcapping"].is_null())
    throw_input_error(file, "text_config.final_logit_softcapping",
                      "is not applied by the reference implementation inside a wrapper", "null");
  text["tie_word_embeddings"] = config.boolean_or("tie_word_embeddings", true);
  if (config.has("eos_token_id")) text["eos_token_id"] = json["eos_token_id"];
  return text;
}

Architecture read_flat(const Json& json, const std::string& file, const std::string& path) {
  ConfigReader config(json, file, path);
  const Family& family = family_of(config);
  Architecture architecture = family.read(config);
  architecture.family = family.name;
  const double scale = config.number_or("initializer_range", config.number_or("init_std", 0));
  if (scale > 0) architecture.initializer_range = scale;
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
  if (has_text_config(config)) return read_flat(text_config_of(config, file), file, "text_config");
  return read_flat(config, file, {});
}

}  // namespace phasescope::checkpoint
