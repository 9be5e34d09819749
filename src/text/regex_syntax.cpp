#include "phasescope/text/regex_syntax.h"

#include <cctype>
#include <map>
#include <optional>
#include <vector>

#include "phasescope/base/error.h"
#include "phasescope/text/unicode.h"

namespace phasescope::text {
namespace {

// White_Space. PCRE2's \s holds U+180E besides. The second is its complement, for use within a set.
constexpr char spaces[] =
    R"(\x{9}-\x{d}\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000})";
constexpr char non_spaces[] =
    R"(\x{0}-\x{8}\x{e}-\x{1f}\x{21}-\x{84}\x{86}-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027})"
    R"(\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{10ffff})";
constexpr char word_characters[] = R"(\p{L}\p{M}\p{Nd}\p{Pc})";
constexpr char hexadecimal_digits[] = "0-9A-Fa-f";

/// A shorthand such as \s: what stands for it within [...], and whether a set must be negated to say it.
struct Shorthand {
  const char* members;
  bool negated;
};

std::optional<Shorthand> shorthand(char letter) {
  switch (letter) {
    case 's':
      return Shorthand{spaces, false};
    case 'S':
      return Shorthand{spaces, true};
    case 'w':
      return Shorthand{word_characters, false};
    case 'W':
      return Shorthand{word_characters, true};
    case 'd':
      return Shorthand{R"(\p{Nd})", false};
    case 'D':
      return Shorthand{R"(\p{Nd})", true};
    case 'h':
      return Shorthand{hexadecimal_digits, false};
    case 'H':
      return Shorthand{hexadecimal_digits, true};
    default:
      return std::nullopt;
  }
}

/// PCRE2 knows general categories by their short names only.
std::string category_name(const std::string& name) {
  static const std::map<std::string, std::string> short_names = {{"letter", "L"},
                                                                 {"uppercaseletter", "Lu"},
                                                                 {"lowercaseletter", "Ll"},
                                                                 {"titlecaseletter", "Lt"},
                                                                 {"modifierletter", "Lm"},
                                                                 {"otherletter", "Lo"},
                                                                 {"mark", "M"},
                                                                 {"number", "N"},
                                                                 {"decimalnumber", "Nd"},
                                                                 {"punctuation", "P"},
                                                                 {"symbol", "S"},
                                                                 {"separator", "Z"},
                                                                 {"other", "C"},
                                                                 {"digit", "Nd"},
                                                                 {"punct", "P"},
                                                                 {"alnum", "Xan"},
                                                                 {"lower", "Lowercase"},
                                                                 {"upper", "Uppercase"},
                                                                 {"space", "White_Space"}};
  std::string key;
  for (const char c : name) {
    if (c != '_' && c != ' ' && c != '-')
      key += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  const auto found = short_names.find(key);
  return found == short_names.end() ? name : found->second;
}

class Translator {
 public:
  Translator(std::string_view pattern, const std::string& file, const std::string& field)
      : pattern_(pattern), file_(file), field_(field) {}

  std::string translate() {
    while (position_ < pattern_.size()) translate_item();
    return output_;
  }

 private:
  [[noreturn]] void refuse(const std::string& construct) const {
    throw_input_error(file_, field_,
                      "regular expression \"" + std::string(pattern_) + "\": " + construct + " not supported",
                      {}, at_byte(position_));
  }

  bool next_is(std::string_view text) const { return pattern_.substr(position_, text.size()) == text; }

  std::string take_character() {
    const std::size_t length = character_length(pattern_[position_]);
    position_ += length;
    return std::string(pattern_.substr(position_ - length, length));
  }

  void translate_item() {
    const std::size_t start = output_.size();
    switch (pattern_[position_]) {
      case '(':
        return open_group();
      case ')':
        return close_group();
      case '[':
        translate_set();
        break;
      case '\\':
        translate_escape();
        break;
      default:
        output_ += take_character();
    }
    translate_quantifiers(start);
  }

  void open_group() {
    group_starts_.push_back(output_.size());
    if (next_is("(?~")) refuse("an absence operator");
    if (next_is("(?") && pattern_.substr(position_).find_first_of(":)") != std::string_view::npos &&
        is_option_letter(2)) {
      return translate_options();
    }
    output_ += take_character();
    if (next_is("?")) output_ += take_character();
  }

  bool is_option_letter(std::size_t offset) const {
    const char c = position_ + offset < pattern_.size() ? pattern_[position_ + offset] : '\0';
    return c == 'i' || c == 'm' || c == 'x' || c == '-';
  }

  /// (?m) lets the dot match newlines in Ruby, which is (?s) in PCRE2.
  void translate_options() {
    output_ += "(?";
    position_ += 2;
    while (position_ < pattern_.size() && pattern_[position_] != ':' && pattern_[position_] != ')') {
      if (!is_option_letter(0)) refuse("the option '" + std::string(1, pattern_[position_]) + "'");
      output_ += pattern_[position_] == 'm' ? 's' : pattern_[position_];
      ++position_;
    }
    if (next_is(":")) output_ += take_character();
  }

  void close_group() {
    output_ += take_character();
    if (group_starts_.empty()) return;  // PCRE2 reports it
    const std::size_t start = group_starts_.back();
    group_starts_.pop_back();
    translate_quantifiers(start);
  }

  /// Copies the quantifiers of the item whose output began at `start`.
  void translate_quantifiers(std::size_t start) {
    if (position_ >= pattern_.size()) return;
    const char c = pattern_[position_];
    if (c == '*' || c == '+' || c == '?') {
      output_ += take_character();
      if (next_is("+") || next_is("?")) output_ += take_character();
      return translate_quantifiers(start);
    }
    if (c == '{' && take_interval()) translate_after_interval(start);
  }

  /// {n}, {n,}, {n,m} or {,m}; other braces are literal.
  bool take_interval() {
    const std::size_t close = pattern_.find('}', position_);
    if (close == std::string_view::npos) return false;
    const std::string body(pattern_.substr(position_ + 1, close - position_ - 1));
    const bool is_interval = body.find_first_not_of("0123456789,") == std::string::npos &&
                             body.find_first_of("0123456789") != std::string::npos &&
                             body.find(',') == body.rfind(',');
    if (!is_interval) return false;
    output_ += body.front() == ',' ? "{0" + body + "}" : "{" + body + "}";
    position_ = close + 1;
    lazy_interval_allowed_ = body.find(',') != std::string::npos;
    return true;
  }

  void translate_after_interval(std::size_t start) {
    if (position_ >= pattern_.size()) return;
    const char c = pattern_[position_];
    if (c == '?' && lazy_interval_allowed_) {
      output_ += take_character();
    } else if (c == '+' || c == '*' || c == '?' || c == '{') {
      output_.insert(start, "(?:");
      output_ += ')';
    }
    translate_quantifiers(start);
  }

  void translate_escape() {
    const char letter = position_ + 1 < pattern_.size() ? pattern_[position_ + 1] : '\0';
    if (const auto found = shorthand(letter)) {
      position_ += 2;
      output_ += found->negated ? "[^" : "[";
      output_ += found->members;
      output_ += ']';
      return;
    }
    translate_common_escape();
  }

  /// Escapes that mean the same in and outside of a set.
  void translate_common_escape() {
    const char letter = position_ + 1 < pattern_.size() ? pattern_[position_ + 1] : '\0';
    switch (letter) {
      case 'p':
      case 'P':
        return translate_property();
      case 'u':
        return translate_code_point();
      case 'R':
      case 'X':
      case 'K':
      case 'G':
      case 'y':
      case 'Y':
      case 'O':
      case 'N':
        refuse(std::string("\\") + letter);
      default:
        break;
    }
    output_ += take_character();
    if (position_ < pattern_.size()) output_ += take_character();
  }

  void translate_code_point() {
    const std::string digits(pattern_.substr(position_ + 2, 4));
    if (digits.size() != 4 || digits.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) {
      refuse("\\u without four digits");
    }
    output_ += "\\x{" + digits + "}";
    position_ += 6;
  }

  void translate_property() {
    bool negated = pattern_[position_ + 1] == 'P';
    position_ += 2;
    if (!next_is("{")) refuse("a property without braces");
    const std::size_t close = pattern_.find('}', position_);
    if (close == std::string_view::npos) refuse("an unclosed property");
    std::string name(pattern_.substr(position_ + 1, close - position_ - 1));
    if (!name.empty() && name.front() == '^') {
      negated = !negated;
      name.erase(0, 1);
    }
    output_ += (negated ? "\\P{" : "\\p{") + category_name(name) + "}";
    position_ = close + 1;
  }

  void translate_set() {
    output_ += take_character();
    if (next_is("^")) output_ += take_character();
    if (next_is("]")) refuse("an empty set");
    while (position_ < pattern_.size() && pattern_[position_] != ']') translate_member();
    if (position_ >= pattern_.size()) refuse("an unclosed set");
    output_ += take_character();
  }

  void translate_member() {
    if (next_is("[:")) return translate_posix_class();
    if (next_is("[")) refuse("a set within a set");
    if (next_is("&&")) refuse("a set intersection");
    if (!next_is("\\")) {
      output_ += take_character();
      return;
    }
    const char letter = position_ + 1 < pattern_.size() ? pattern_[position_ + 1] : '\0';
    const auto found = shorthand(letter);
    if (!found) return translate_common_escape();
    position_ += 2;
    output_ += found->negated ? complement(letter) : found->members;
  }

  const char* complement(char letter) const {
    switch (letter) {
      case 'S':
        return non_spaces;
      case 'D':
        return R"(\P{Nd})";
      case 'H':
        return R"(\x{0}-/:-@G-`g-\x{10ffff})";
      default:
        refuse(std::string("\\") + letter + " within a set");
    }
  }

  void translate_posix_class() {
    static const std::map<std::string, std::string> classes = {{"alpha", R"(\p{Alphabetic})"},
                                                               {"digit", R"(\p{Nd})"},
                                                               {"alnum", R"(\p{Alphabetic}\p{Nd})"},
                                                               {"space", spaces},
                                                               {"word", word_characters},
                                                               {"lower", R"(\p{Lowercase})"},
                                                               {"upper", R"(\p{Uppercase})"},
                                                               {"cntrl", R"(\p{Cc})"},
                                                               {"xdigit", hexadecimal_digits},
                                                               {"blank", R"(\p{Zs}\x{9})"},
                                                               {"punct", R"(\p{P}$+<=>\x{5e}`|~)"}};
    const std::size_t close = pattern_.find(":]", position_);
    if (close == std::string_view::npos) refuse("an unclosed class");
    const std::string name(pattern_.substr(position_ + 2, close - position_ - 2));
    const auto found = classes.find(name);
    if (found == classes.end()) refuse("[:" + name + ":]");
    output_ += found->second;
    position_ = close + 2;
  }

  std::string_view pattern_;
  const std::string& file_;
  const std::string& field_;
  std::size_t position_ = 0;
  std::string output_;
  std::vector<std::size_t> group_starts_;
  bool lazy_interval_allowed_ = false;
};

}  // namespace

std::string translate_oniguruma(std::string_view pattern, const std::string& file, const std::string& field) {
  return Translator(pattern, file, field).translate();
}

}  // namespace phasescope::text
