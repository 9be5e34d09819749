#include "phasescope/text/template_lexer.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "phasescope/base/error.h"
#include "phasescope/text/python_text.h"
#include "phasescope/text/unicode.h"

namespace phasescope::text {
namespace {

using Kind = TemplateToken::Kind;

bool is_name_start(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_name_part(char c) {
  return is_name_start(c) || is_digit(c);
}

/// Every kind of line break becomes "\n", and one at the very end goes.
std::string normalize_newlines(std::string_view source) {
  std::string result;
  for (std::size_t i = 0; i < source.size(); ++i) {
    if (source[i] == '\r') {
      result += '\n';
      if (i + 1 < source.size() && source[i + 1] == '\n') ++i;
    } else {
      result += source[i];
    }
  }
  if (!result.empty() && result.back() == '\n') result.pop_back();
  return result;
}

std::string_view without_trailing_space(std::string_view text) {
  return text.substr(0, python_strip(text, nullptr, false, true).size());
}

class Lexer {
 public:
  Lexer(std::string source, const std::string& file) : source_(std::move(source)), file_(file) {}

  std::vector<TemplateToken> lex() {
    while (position_ < source_.size()) lex_data();
    add(Kind::end, "");
    return std::move(tokens_);
  }

 private:
  [[noreturn]] void fail(const std::string& reason) const {
    throw_input_error(file_, "chat template", reason, {}, at_line(line_));
  }

  bool at(std::string_view wanted) const { return source_.compare(position_, wanted.size(), wanted) == 0; }
  char current() const { return position_ < source_.size() ? source_[position_] : '\0'; }
  void add(Kind kind, std::string text) { tokens_.push_back({kind, std::move(text), line_}); }

  void advance(std::size_t count) {
    const auto begin = source_.begin() + static_cast<std::ptrdiff_t>(position_);
    line_ += static_cast<std::uint64_t>(std::count(begin, begin + static_cast<std::ptrdiff_t>(count), '\n'));
    position_ += count;
    line_starts_ = count > 0 && source_[position_ - 1] == '\n';
  }

  void skip_whitespace() {
    while (position_ < source_.size() && is_python_space(code_point_at(source_, position_))) {
      advance(character_length(source_[position_]));
    }
  }

  static bool is_tag(char second) { return second == '{' || second == '%' || second == '#'; }

  std::size_t next_tag() const {
    for (auto open = source_.find('{', position_); open != std::string::npos;
         open = source_.find('{', open + 1)) {
      if (open + 1 < source_.size() && is_tag(source_[open + 1])) return open;
    }
    return source_.size();
  }

  /// The text up to the next tag, and that tag.
  void lex_data() {
    const std::size_t tag = next_tag();
    const bool data_starts_line = line_starts_;
    const std::string_view data = std::string_view(source_).substr(position_, tag - position_);
    if (tag == source_.size()) {
      add_data(data);
      return advance(data.size());
    }
    const char sign = tag + 2 < source_.size() ? source_[tag + 2] : '\0';
    add_data(data_before_tag(data, source_[tag + 1], sign, data_starts_line));
    advance(data.size());
    lex_tag(sign == '-' || sign == '+' ? 3 : 2);
  }

  void add_data(std::string_view data) {
    if (!data.empty()) add(Kind::data, std::string(data));
  }

  std::string_view data_before_tag(std::string_view data, char tag, char sign, bool data_starts_line) const {
    if (sign == '-') return without_trailing_space(data);
    if (sign == '+' || tag == '{') return data;
    const std::size_t line_break = data.rfind('\n');
    const std::size_t line = line_break == std::string_view::npos ? 0 : line_break + 1;
    const bool is_line_start = line > 0 || data_starts_line;
    const bool is_blank = python_strip(data.substr(line), nullptr, true, true).empty();
    return is_line_start && is_blank ? data.substr(0, line) : data;
  }

  void lex_tag(std::size_t opening) {
    const char tag = source_[position_ + 1];
    if (tag == '#') return skip_comment(opening);
    if (tag == '%' && lex_raw()) return;
    add(tag == '%' ? Kind::block_begin : Kind::expression_begin, "");
    advance(opening);
    lex_inside(tag == '%');
  }

  void skip_comment(std::size_t opening) {
    const std::size_t begin = position_ + opening;
    const std::size_t end = source_.find("#}", begin);
    if (end == std::string::npos) fail("a comment is not closed");
    const char sign = end > begin ? source_[end - 1] : '\0';
    advance(end + 2 - position_);
    after_block(sign);
  }

  /// A - behind a tag removes all white space that follows, a + keeps the line break that otherwise goes.
  void after_block(char sign) {
    if (sign == '-') {
      skip_whitespace();
    } else if (sign != '+' && current() == '\n') {
      advance(1);
    }
  }

  /// Where the tag {% name %} that begins at `begin` ends; 0 if it is another one. `closing` gets the sign
  /// before %}.
  std::size_t end_of_named_tag(std::size_t begin, std::string_view name, char& closing) const {
    std::size_t i = begin + 2;
    if (i < source_.size() && (source_[i] == '-' || source_[i] == '+')) ++i;
    i = std::min(source_.find_first_not_of(" \t\n", i), source_.size());
    if (source_.compare(i, name.size(), name) != 0) return 0;
    i = std::min(source_.find_first_not_of(" \t\n", i + name.size()), source_.size());
    closing = i < source_.size() ? source_[i] : '\0';
    if (closing == '-' || closing == '+') ++i;
    return source_.compare(i, 2, "%}") == 0 ? i + 2 : 0;
  }

  /// {% raw %} ... {% endraw %}: what stands between is data.
  bool lex_raw() {
    char sign = '\0';
    const std::size_t begin = end_of_named_tag(position_, "raw", sign);
    if (begin == 0) return false;
    advance(begin - position_);
    if (sign == '-') skip_whitespace();
    const bool data_starts_line = line_starts_;
    for (auto tag = source_.find("{%", position_); tag != std::string::npos;
         tag = source_.find("{%", tag + 1)) {
      char closing = '\0';
      const std::size_t end = end_of_named_tag(tag, "endraw", closing);
      if (end == 0) continue;
      const auto data = std::string_view(source_).substr(position_, tag - position_);
      add_data(data_before_tag(data, '%', source_[tag + 2], data_starts_line));
      advance(end - position_);
      after_block(closing);
      return true;
    }
    fail("{% raw %} is not closed");
  }

  void lex_inside(bool is_block) {
    const std::string_view close = is_block ? "%}" : "}}";
    std::string brackets;
    for (;;) {
      skip_whitespace();
      if (position_ == source_.size()) fail("a tag is not closed");
      if (brackets.empty() && lex_tag_end(is_block, close)) return;
      lex_item(brackets);
    }
  }

  bool lex_tag_end(bool is_block, std::string_view close) {
    const char sign = current();
    const bool has_sign = sign == '-' || (sign == '+' && is_block);
    if (source_.compare(position_ + (has_sign ? 1 : 0), close.size(), close) != 0) return false;
    add(is_block ? Kind::block_end : Kind::expression_end, "");
    advance(close.size() + (has_sign ? 1 : 0));
    if (is_block) {
      after_block(has_sign ? sign : '\0');
    } else if (has_sign) {
      skip_whitespace();
    }
    return true;
  }

  void lex_item(std::string& brackets) {
    const char c = current();
    if (c == '\'' || c == '"') return lex_string(c);
    if (is_digit(c)) return lex_number();
    if (is_name_start(c)) return lex_name();
    lex_symbol(brackets);
  }

  void lex_name() {
    std::size_t end = position_;
    while (end < source_.size() && is_name_part(source_[end])) ++end;
    add(Kind::name, source_.substr(position_, end - position_));
    advance(end - position_);
  }

  std::size_t end_of_digits(std::size_t from) const {
    while (from < source_.size() && (is_digit(source_[from]) || source_[from] == '_')) ++from;
    return from;
  }

  bool digit_at(std::size_t place) const { return place < source_.size() && is_digit(source_[place]); }

  void lex_number() {
    std::size_t end = end_of_digits(position_);
    Kind kind = Kind::integer;
    const bool follows_dot = position_ > 0 && source_[position_ - 1] == '.';  // as in items.0.1
    if (!follows_dot && end < source_.size() && source_[end] == '.' && digit_at(end + 1)) {
      kind = Kind::floating;
      end = end_of_digits(end + 1);
    }
    if (end < source_.size() && (source_[end] == 'e' || source_[end] == 'E')) {
      const std::size_t sign =
          end + 1 < source_.size() && (source_[end + 1] == '-' || source_[end + 1] == '+');
      if (digit_at(end + 1 + sign)) {
        kind = Kind::floating;
        end = end_of_digits(end + 1 + sign);
      }
    }
    std::string digits = source_.substr(position_, end - position_);
    digits.erase(std::remove(digits.begin(), digits.end(), '_'), digits.end());
    add(kind, digits);
    advance(end - position_);
  }

  void lex_symbol(std::string& brackets) {
    static constexpr std::array<std::string_view, 25> symbols = {
        "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[",
        "]",  "(",  ")",  "{",  "}",  ">",  "<", "=", ".", ":", "|", ","};
    const auto found = std::find_if(symbols.begin(), symbols.end(), [&](auto symbol) { return at(symbol); });
    if (found == symbols.end())
      fail("unexpected character '" + source_.substr(position_, character_length(current())) + "'");
    balance(found->front(), brackets);
    add(Kind::symbol, std::string(*found));
    advance(found->size());
  }

  void balance(char symbol, std::string& brackets) const {
    static constexpr std::string_view open = "([{";
    static constexpr std::string_view close = ")]}";
    if (open.find(symbol) != std::string_view::npos) brackets.push_back(symbol);
    const std::size_t kind = close.find(symbol);
    if (kind == std::string_view::npos) return;
    if (brackets.empty() || brackets.back() != open[kind]) fail(std::string("unexpected '") + symbol + "'");
    brackets.pop_back();
  }

  void lex_string(char quote) {
    std::size_t end = position_ + 1;
    while (end < source_.size() && source_[end] != quote) end += source_[end] == '\\' ? 2 : 1;
    if (end >= source_.size()) fail("a string is not closed");
    add(Kind::string, unescape(std::string_view(source_).substr(position_ + 1, end - position_ - 1)));
    advance(end + 1 - position_);
  }

  std::string unescape(std::string_view text) const {
    std::string result;
    for (std::size_t i = 0; i < text.size();) {
      if (text[i] != '\\') {
        result += text[i++];
      } else {
        i += append_escape(text.substr(i), result);
      }
    }
    return result;
  }

  /// Appends what an escape that begins `text` stands for, and tells how long it is. As in Python, a
  /// backslash before any other character stands for itself.
  std::size_t append_escape(std::string_view text, std::string& result) const {
    static constexpr std::string_view letters = "\\'\"abfnrtv\n";
    static constexpr std::string_view meanings = "\\'\"\a\b\f\n\r\t\v";
    const std::size_t known = letters.find(text[1]);
    if (known < meanings.size()) {
      result += meanings[known];
      return 2;
    }
    if (text[1] == '\n') return 2;  // a line that is continued
    const std::size_t digits = text[1] == 'x' ? 2 : text[1] == 'u' ? 4 : text[1] == 'U' ? 8 : 0;
    if (digits > 0) return append_code_point(text, digits, result);
    if (text[1] >= '0' && text[1] <= '7') return append_octal(text, result);
    result += '\\';
    return 1;
  }

  std::size_t append_code_point(std::string_view text, std::size_t digits, std::string& result) const {
    unsigned value = 0;
    const std::string_view body = text.substr(2, digits);
    const auto parsed = std::from_chars(body.data(), body.data() + body.size(), value, 16);
    const bool valid = body.size() == digits && parsed.ptr == body.data() + digits && value < 0x110000 &&
                       (value < 0xD800 || value > 0xDFFF);
    if (!valid) fail("a string holds the wrong escape " + std::string(text.substr(0, 2 + digits)));
    append_utf8(result, value);
    return 2 + digits;
  }

  static std::size_t append_octal(std::string_view text, std::string& result) {
    std::size_t length = 1;
    unsigned value = 0;
    while (length < 4 && length < text.size() && text[length] >= '0' && text[length] <= '7') {
      value = value * 8 + static_cast<unsigned>(text[length++] - '0');
    }
    append_utf8(result, value);
    return length;
  }

  std::string source_;
  const std::string& file_;
  std::size_t position_ = 0;
  std::uint64_t line_ = 1;
  bool line_starts_ = true;  // what was read last ended a line
  std::vector<TemplateToken> tokens_;
};

}  // namespace

std::vector<TemplateToken> lex_template(std::string_view source, const std::string& file) {
  if (const auto fault = first_invalid_utf8_byte(source)) {
    throw_input_error(file, "chat template", "is no valid UTF-8", {}, at_byte(*fault));
  }
  return Lexer(normalize_newlines(source), file).lex();
}

}  // namespace phasescope::text
