#include "phasescope/run/tokenize.h"

#include "phasescope/base/error.h"
#include "phasescope/base/json.h"

namespace phasescope::run {
namespace {

/// A line that looks like an object is one; anything else is text as it stands.
std::string text_of_line(const std::string& line) {
  if (line.empty() || line.front() != '{') return line;
  const Json value = Json::parse(line, nullptr, false);
  if (value.is_discarded()) return line;
  for (const char* key : {"text", "prompt"}) {
    if (value.contains(key) && value[key].is_string()) return value[key].get<std::string>();
  }
  throw_input_error("", "text", "missing", "a string under \"text\" or \"prompt\"");
}

/// Bytes that are no UTF-8 (of tokens that are part of a character) are shown with the replacement character.
std::string one_line(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string encoded(const text::Tokenizer& tokenizer, const std::string& line, bool special_tokens) {
  const std::vector<std::int64_t> ids = tokenizer.encode(text_of_line(line), special_tokens);
  Json tokens = Json::array();
  for (const std::int64_t id : ids) tokens.push_back(tokenizer.token_text(id));
  return one_line({{"ids", ids}, {"tokens", tokens}});
}

std::string decoded(const text::Tokenizer& tokenizer, const std::string& line, bool special_tokens) {
  const Json value = Json::parse(line, nullptr, false);
  if (!value.is_object()) throw_input_error("", "JSON", "is no object", "{\"ids\": [...]}");
  const std::vector<std::int64_t> ids = JsonObject(value, "").integers("ids");
  return one_line({{"text", tokenizer.decode(ids, !special_tokens)}});
}

}  // namespace

void tokenize_lines(const text::Tokenizer& tokenizer, std::istream& input, const std::string& file,
                    const TokenizeOptions& options,
                    const std::function<void(const std::string& line)>& write) {
  std::string line;
  for (std::uint64_t number = 1; std::getline(input, line); ++number) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (options.decode && line.empty()) continue;
    try {
      write(options.decode ? decoded(tokenizer, line, options.special_tokens)
                           : encoded(tokenizer, line, options.special_tokens));
    } catch (const Error& error) {  // which cannot know its line
      const Error::Details& details = error.details();
      throw Error(error.exit_class(),
                  {file, details.field, at_line(number), details.reason, details.expected});
    }
  }
  if (input.bad()) throw_environment_error(file, "cannot be read");
}

}  // namespace phasescope::run
