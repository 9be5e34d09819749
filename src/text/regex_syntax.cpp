#include "phasescope/text/regex_syntax.h"

#include <vector>

#include "phasescope/base/error.h"
#include "phasescope/text/regex_classes.h"
#include "phasescope/text/unicode.h"

namespace phasescope::text {
namespace {

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

  char escaped_letter() const { return position_ + 1 < pattern_.size() ? pattern_[position_ + 1] : '\0'; }

  void append_set(const std::string& members, bool negated) {
    output_ += (negated ? "[^" : "[") + members + "]";
  }

  void translate_escape() {
    const char letter = escaped_letter();
    if (const auto found = shorthand_class(letter, false)) {
      position_ += 2;
      append_set(found->members, found->negated);
    } else if (letter == 'b') {
      position_ += 2;
      output_ += word_boundary();
    } else {
      translate_common_escape(false);
    }
  }

  void translate_common_escape(bool within_set) {
    static constexpr std::string_view refused = "BGKNORXYy";
    const char letter = escaped_letter();
    if (letter == 'p' || letter == 'P') return translate_property(within_set);
    if (letter == 'u') return translate_code_point();
    if (refused.find(letter) != std::string_view::npos) refuse(std::string("\\") + letter);
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

  void translate_property(bool within_set) {
    bool negated = escaped_letter() == 'P';
    position_ += 2;
    if (!next_is("{")) refuse("a property without braces");
    const std::size_t close = pattern_.find('}', position_);
    if (close == std::string_view::npos) refuse("an unclosed property");
    std::string name(pattern_.substr(position_ + 1, close - position_ - 1));
    if (!name.empty() && name.front() == '^') {
      negated = !negated;
      name.erase(0, 1);
    }
    append_property(name, negated, within_set);
    position_ = close + 1;
  }

  void append_property(const std::string& name, bool negated, bool within_set) {
    const auto members = named_class(name);
    if (!members) {
      output_ += (negated ? "\\P{" : "\\p{") + property_name(name) + "}";
    } else if (!within_set) {
      append_set(*members, negated);
    } else if (!negated) {
      output_ += *members;
    } else {
      refuse("\\P{" + name + "} within a set");
    }
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
    const char letter = escaped_letter();
    const auto found = shorthand_class(letter, true);
    if (!found) return translate_common_escape(true);
    const auto members = found->negated ? complement_members(letter) : found->members;
    if (!members) refuse(std::string("\\") + letter + " within a set");
    output_ += *members;
    position_ += 2;
  }

  void translate_posix_class() {
    const std::size_t close = pattern_.find(":]", position_);
    if (close == std::string_view::npos) refuse("an unclosed class");
    const std::string name(pattern_.substr(position_ + 2, close - position_ - 2));
    const auto members = posix_class(name);
    if (!members) refuse("[:" + name + ":]");
    output_ += *members;
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
