#include "phasescope/run/tokenize.h"

#include "phasescope/base/error.h"
#include "phasescope/base/json.h"

namespace phasescope::run {
namespace {

/// A line that looks like an object is one; anything else is text as it stands.
std::string text_of_line(const std::string& line, const std::string& file, std::uint64_t number) {
  if (line.empty() || line.front() != '{') return line;
  const Json value = Json::parse(line, nullptr, false);
  if (value.is_discarded()) return line;
  for (const char* key : {"text", "prompt"}) {
    if (value.contains(key) && value[key].is_string()) return value[key].get<std::string>();
  }
  throw_input_error(file, "text", "missing", "a string under \"text\" or \"prompt\"", at_line(number));
}

std::string encoded(const text::Tokenizer& tokenizer, const std::string& text, bool special_tokens) {
  const std::vector<std::int64_t> ids = tokenizer.encode(text, special_tokens);
  Json tokens = Json::array();
  for (const std::int64_t id : ids) tokens.push_back(tokenizer.token_text(id));
  return Json{{"ids", ids}, {"tokens", tokens}}.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string decoded(const text::Tokenizer& tokenizer, const std::string& line, const std::string& file,
                    std::uint64_t number, bool special_tokens) {
  const Json value = Json::parse(line, nullptr, false);
  if (!value.is_object())
    throw_input_error(file, "", "is no JSON object", "{\"ids\": [...]}", at_line(number));
  const std::vector<std::int64_t> ids = JsonObject(value, file).integers("ids");
  return Json{{"text", tokenizer.decode(ids, !special_tokens)}}.dump(-1, ' ', false,
                                                                     Json::error_handler_t::replace);
}

}  // namespace

void tokenize_lines(const text::Tokenizer& tokenizer, std::istream& input, const std::string& file,
                    const TokenizeOptions& options,
                    const std::function<void(const std::string& line)>& write) {
  std::string line;
  for (std::uint64_t number = 1; std::getline(input, line); ++number) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (options.decode) {
      if (!line.empty()) write(decoded(tokenizer, line, file, number, options.special_tokens));
    } else {
      write(encoded(tokenizer, text_of_line(line, file, number), options.special_tokens));
    }
  }
}

}  // namespace phasescope::run
