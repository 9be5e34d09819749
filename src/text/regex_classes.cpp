#include "phasescope/text/regex_classes.h"

#include <cctype>
#include <map>
#include <set>

namespace phasescope::text {
namespace {

// White_Space. PCRE2's \s holds U+180E besides. The second is its complement.
constexpr char spaces[] =
    R"(\x{9}-\x{d}\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000})";
constexpr char non_spaces[] =
    R"(\x{0}-\x{8}\x{e}-\x{1f}\x{21}-\x{84}\x{86}-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027})"
    R"(\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{10ffff})";
constexpr char words[] = R"(\p{Alphabetic}\p{M}\p{Nd}\p{Pc})";
// Outside of a set, \w holds the superscripts and fractions of Latin-1 besides.
constexpr char lone_words[] = R"(\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\x{b2}\x{b3}\x{b9}\x{bc}-\x{be})";
constexpr char decimal_digits[] = R"(\p{Nd})";
constexpr char hexadecimal_digits[] = "0-9A-Fa-f";

using Names = std::map<std::string, std::string>;

/// Names are compared without case, spaces, hyphens and underscores.
std::string plain_name(const std::string& name) {
  std::string key;
  for (const char c : name) {
    if (c != '_' && c != ' ' && c != '-') {
      key += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
  }
  return key;
}

std::optional<std::string> look_up(const Names& names, const std::string& key) {
  const auto found = names.find(key);
  return found == names.end() ? std::nullopt : std::optional<std::string>(found->second);
}

}  // namespace

std::optional<CharacterClass> shorthand_class(char letter, bool within_set) {
  switch (letter) {
    case 's':
      return CharacterClass{spaces, false};
    case 'S':
      return CharacterClass{spaces, true};
    case 'w':
      return CharacterClass{within_set ? words : lone_words, false};
    case 'W':
      return CharacterClass{within_set ? words : lone_words, true};
    case 'd':
      return CharacterClass{decimal_digits, false};
    case 'D':
      return CharacterClass{decimal_digits, true};
    case 'h':
      return CharacterClass{hexadecimal_digits, false};
    case 'H':
      return CharacterClass{hexadecimal_digits, true};
    default:
      return std::nullopt;
  }
}

std::optional<std::string> complement_members(char letter) {
  switch (letter) {
    case 'S':
      return non_spaces;
    case 'D':
      return R"(\P{Nd})";
    case 'H':
      return R"(\x{0}-/:-@G-`g-\x{10ffff})";
    default:
      return std::nullopt;
  }
}

std::string word_boundary() {
  const std::string word = std::string("[") + lone_words + "]";
  return "(?:(?<=" + word + ")(?!" + word + ")|(?<!" + word + ")(?=" + word + "))";
}

std::optional<std::string> named_class(const std::string& name) {
  static const Names classes = {{"alpha", R"(\p{Alphabetic})"},
                                {"digit", decimal_digits},
                                {"alnum", R"(\p{Alphabetic}\p{Nd})"},
                                {"space", spaces},
                                {"word", words},
                                {"lower", R"(\p{Lowercase})"},
                                {"upper", R"(\p{Uppercase})"},
                                {"cntrl", R"(\p{Cc})"},
                                {"xdigit", hexadecimal_digits},
                                {"blank", R"(\p{Zs}\x{9})"}};
  return look_up(classes, plain_name(name));
}

std::optional<std::string> posix_class(const std::string& name) {
  return name == "punct" ? std::string(R"(\p{P}\p{S})") : named_class(name);
}

std::string property_name(const std::string& name) {
  static const Names categories = {{"letter", "L"},
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
                                   {"punct", "P"}};
  static const std::set<std::string> scripts = {
      "arabic",   "armenian", "bengali",  "bopomofo", "cyrillic",  "devanagari", "ethiopic", "georgian",
      "greek",    "gujarati", "gurmukhi", "han",      "hangul",    "hebrew",     "hiragana", "kannada",
      "katakana", "khmer",    "lao",      "latin",    "malayalam", "mongolian",  "myanmar",  "oriya",
      "sinhala",  "tamil",    "telugu",   "thai",     "tibetan"};
  const std::string key = plain_name(name);
  if (scripts.count(key) > 0) return "sc:" + name;
  return look_up(categories, key).value_or(name);
}

}  // namespace phasescope::text
