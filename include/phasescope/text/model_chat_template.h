#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "phasescope/text/chat_template.h"

namespace phasescope::text {

/// What a model's folder says about writing conversations.
struct ModelChatTemplate {
  ChatTemplate chat_template;
  std::string source;     ///< of the template, as the model has it
  std::string bos_token;  ///< empty when the folder names none
  std::string eos_token;
};

/// Reads chat_template.jinja or else "chat_template" of tokenizer_config.json (of several, the one named
/// "default"), and the special tokens of that file. Nothing when the folder has no template: a base model.
/// Errors: as ChatTemplate; environment or input_file when a file cannot be read or is wrong.
std::optional<ModelChatTemplate> load_chat_template(const std::filesystem::path& model_folder);

}  // namespace phasescope::text
