#pragma once

#include <optional>
#include <string>

#include "phasescope/checkpoint/checkpoint.h"
#include "phasescope/text/model_chat_template.h"
#include "phasescope/text/tokenizer.h"

namespace phasescope::run {

/// A model's own way of writing a conversation as one prompt.
struct ChatFormat {
  text::ModelChatTemplate model;
  std::string sha256;  ///< of the template's source

  /// One user turn, after a system turn where `system` is not empty, ending where the model is to answer.
  /// Holds its special tokens: encode it without adding more. Errors: input_file where the template refuses
  /// it.
  std::string render(const std::string& prompt, const std::string& system) const;
};

/// From chat_template.jinja, tokenizer_config.json or GGUF metadata, in this order; nothing when the model
/// has none. Errors: input_file when the template cannot be understood.
std::optional<ChatFormat> load_chat_format(const checkpoint::Checkpoint& checkpoint,
                                           const text::Tokenizer& tokenizer);

}  // namespace phasescope::run
