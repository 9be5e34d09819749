#include "phasescope/run/chat.h"

#include "phasescope/base/files.h"
#include "phasescope/base/json.h"
#include "phasescope/base/sha256.h"
#include "phasescope/formats/gguf.h"

namespace phasescope::run {
namespace {

/// Where a template was found and what it says.
struct Source {
  std::string text;
  std::string file;
};

/// A token of tokenizer_config.json: a string, or an object with its content.
std::string token_of(const JsonObject& config, const std::string& key) {
  if (!config.has(key)) return {};
  return config.json()[key].is_object() ? config.object(key).text("content") : config.text(key);
}

/// `chat_template` is one template, or a list of named ones of which "default" is meant.
std::string template_of(const JsonObject& config) {
  if (!config.has("chat_template")) return {};
  if (config.json()["chat_template"].is_string()) return config.text("chat_template");
  for (const Json& entry : config.array("chat_template")) {
    const JsonObject named(entry, config.file(), "chat_template");
    if (named.text("name") == "default") return named.text("template");
  }
  return {};
}

std::string gguf_token(const formats::GgufFile& file, const char* key, const text::Tokenizer& tokenizer) {
  return file.has(key) ? tokenizer.token_text(file.integer(key)) : std::string();
}

std::optional<ChatFormat> make_format(const Source& source, const std::string& bos, const std::string& eos) {
  if (source.text.empty()) return std::nullopt;
  return ChatFormat{text::ChatTemplate(source.text, source.file), sha256_of_text(source.text), bos, eos};
}

std::optional<ChatFormat> from_gguf(const formats::GgufFile& file, const text::Tokenizer& tokenizer) {
  const Source source{file.text_or("tokenizer.chat_template", ""), file.path().string()};
  return make_format(source, gguf_token(file, "tokenizer.ggml.bos_token_id", tokenizer),
                     gguf_token(file, "tokenizer.ggml.eos_token_id", tokenizer));
}

std::optional<ChatFormat> from_folder(const std::filesystem::path& folder) {
  const std::filesystem::path config_file = folder / "tokenizer_config.json";
  const std::filesystem::path template_file = folder / "chat_template.jinja";
  const Json config_json =
      std::filesystem::exists(config_file) ? read_json_file(config_file) : Json::object();
  const JsonObject config(config_json, config_file.string());
  const Source source = std::filesystem::exists(template_file)
                            ? Source{read_text_file(template_file), template_file.string()}
                            : Source{template_of(config), config_file.string()};
  return make_format(source, token_of(config, "bos_token"), token_of(config, "eos_token"));
}

}  // namespace

std::string ChatFormat::render(const std::string& prompt, const std::string& system) const {
  std::vector<text::ChatMessage> messages;
  if (!system.empty()) messages.push_back({"system", system});
  messages.push_back({"user", prompt});
  text::ChatOptions options;
  options.add_generation_prompt = true;
  options.bos_token = bos_token;
  options.eos_token = eos_token;
  return text::render_chat(chat_template, messages, options);
}

std::optional<ChatFormat> load_chat_format(const checkpoint::Checkpoint& checkpoint,
                                           const text::Tokenizer& tokenizer) {
  if (const formats::GgufFile* gguf = checkpoint.gguf()) return from_gguf(*gguf, tokenizer);
  return from_folder(checkpoint.path());
}

}  // namespace phasescope::run
