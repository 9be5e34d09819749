#include "phasescope/text/chat_template.h"

#include <map>
#include <utility>

#include "phasescope/text/template_evaluator.h"
#include "phasescope/text/template_parser.h"

namespace phasescope::text {
namespace {

std::tm local_time() {
  const std::time_t now = std::time(nullptr);
  std::tm result{};
  ::localtime_r(&now, &result);
  return result;
}

/// Names that are always there, so that templates can ask whether they are none.
std::map<std::string, Value> variables_of(const Json& messages, const ChatOptions& options) {
  std::map<std::string, Value> variables = {{"messages", Value::from_json(messages)},
                                            {"add_generation_prompt", options.add_generation_prompt},
                                            {"bos_token", options.bos_token},
                                            {"eos_token", options.eos_token},
                                            {"tools", Value()},
                                            {"documents", Value()}};
  for (const auto& [name, value] : options.variables.items()) variables[name] = Value::from_json(value);
  return variables;
}

}  // namespace

struct ChatTemplate::Parsed {
  std::string file;
  Body body;
};

ChatTemplate::ChatTemplate(const std::string& source, const std::string& file)
    : parsed_(std::make_unique<const Parsed>(Parsed{file, parse_template(source, file)})) {}
ChatTemplate::~ChatTemplate() = default;
ChatTemplate::ChatTemplate(ChatTemplate&&) noexcept = default;
ChatTemplate& ChatTemplate::operator=(ChatTemplate&&) noexcept = default;

std::string render_chat(const ChatTemplate& chat_template, const Json& messages, const ChatOptions& options) {
  const ChatTemplate::Parsed& parsed = chat_template.parsed();
  return evaluate_template(parsed.body, variables_of(messages, options),
                           options.now ? *options.now : local_time(), parsed.file);
}

std::string render_chat(const ChatTemplate& chat_template, const std::vector<ChatMessage>& messages,
                        const ChatOptions& options) {
  Json list = Json::array();
  for (const ChatMessage& message : messages) {
    list.push_back(Json{{"role", message.role}, {"content", message.content}});
  }
  return render_chat(chat_template, list, options);
}

}  // namespace phasescope::text
