#include "phasescope/run/chat.h"

#include <utility>

#include "phasescope/base/sha256.h"
#include "phasescope/formats/gguf.h"

namespace phasescope::run {
namespace {

std::string gguf_token(const formats::GgufFile& file, const char* key, const text::Tokenizer& tokenizer) {
  return file.has(key) ? tokenizer.token_text(file.integer(key)) : std::string();
}

std::optional<text::ModelChatTemplate> template_in_gguf(const formats::GgufFile& file,
                                                        const text::Tokenizer& tokenizer) {
  const std::string source = file.text_or("tokenizer.chat_template", "");
  if (source.empty()) return std::nullopt;
  return text::ModelChatTemplate{text::ChatTemplate(source, file.path().string()), source,
                                 gguf_token(file, "tokenizer.ggml.bos_token_id", tokenizer),
                                 gguf_token(file, "tokenizer.ggml.eos_token_id", tokenizer)};
}

}  // namespace

std::string ChatFormat::render(const std::string& prompt, const std::string& system) const {
  std::vector<text::ChatMessage> messages;
  if (!system.empty()) messages.push_back({"system", system});
  messages.push_back({"user", prompt});
  text::ChatOptions options;
  options.add_generation_prompt = true;
  options.bos_token = model.bos_token;
  options.eos_token = model.eos_token;
  return text::render_chat(model.chat_template, messages, options);
}

std::optional<ChatFormat> load_chat_format(const checkpoint::Checkpoint& checkpoint,
                                           const text::Tokenizer& tokenizer) {
  const formats::GgufFile* gguf = checkpoint.gguf();
  std::optional<text::ModelChatTemplate> model =
      gguf != nullptr ? template_in_gguf(*gguf, tokenizer) : text::load_chat_template(checkpoint.path());
  if (!model) return std::nullopt;
  const std::string digest = sha256_of_text(model->source);
  return ChatFormat{std::move(*model), digest};
}

}  // namespace phasescope::run
