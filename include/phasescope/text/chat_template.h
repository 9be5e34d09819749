#pragma once

#include <ctime>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "phasescope/base/json.h"

namespace phasescope::text {

/// The parsed chat template of a model: a Jinja template that writes a conversation as one prompt. Immutable;
/// safe to share between threads.
class ChatTemplate {
 public:
  /// Errors: input_file, with the line, when the syntax is wrong or, by name, a construct is not supported.
  /// `file` is only a name for errors.
  ChatTemplate(const std::string& source, const std::string& file);
  ~ChatTemplate();
  ChatTemplate(ChatTemplate&&) noexcept;
  ChatTemplate& operator=(ChatTemplate&&) noexcept;

  struct Parsed;
  const Parsed& parsed() const { return *parsed_; }

 private:
  std::unique_ptr<const Parsed> parsed_;
};

struct ChatMessage {
  std::string role;  ///< "system", "user", "assistant", ...
  std::string content;
};

struct ChatOptions {
  bool add_generation_prompt = false;  ///< end with the words that make the model answer
  std::string bos_token;
  std::string eos_token;
  Json variables =
      Json::object();          ///< further names the template may use: tools, enable_thinking, pad_token, ...
  std::optional<std::tm> now;  ///< what strftime_now tells; the local time when absent
};

/// Writes a conversation as the template wants it: the text that transformers' apply_chat_template gives. It
/// holds its special tokens, so it is to be encoded without adding more. Errors: input_file, with the line,
/// where the template raises an exception (roles that it does not take) or goes wrong.
std::string render_chat(const ChatTemplate& chat_template, const std::vector<ChatMessage>& messages,
                        const ChatOptions& options = {});
/// The same for messages as JSON objects, which may hold more than a role and a text.
std::string render_chat(const ChatTemplate& chat_template, const Json& messages,
                        const ChatOptions& options = {});

}  // namespace phasescope::text
