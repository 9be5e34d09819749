#include "phasescope/sweep/training_name.h"

#include <algorithm>
#include <cctype>
#include <regex>
#include <tuple>
#include <utility>

namespace phasescope::sweep {
namespace {

constexpr auto kSyntax = std::regex::ECMAScript | std::regex::icase | std::regex::optimize;

/// A keyword that no letter precedes, and its number; at most 18 digits, which an int64 holds.
const std::regex& step_pattern() {
  static const std::regex pattern(
      "(^|[^a-z])((?:global[-_]?)?step|checkpoint|ckpt|iter|iteration|update)s?[-_=]?([0-9]{1,18})(?![0-9])",
      kSyntax);
  return pattern;
}
const std::regex& tokens_pattern() {
  static const std::regex pattern(
      "(^|[^a-z])(tokens?)[-_=]?([0-9]{1,18}(?:\\.[0-9]{1,9})?)([kmbt]?)(?![0-9a-z])", kSyntax);
  return pattern;
}
const std::regex& stage_pattern() {
  static const std::regex pattern("(^|[^a-z])(stage)[-_=]?([0-9]{1,18})(?![0-9])", kSyntax);
  return pattern;
}

/// Takes the first match out of `name`, from its keyword on, and gives what followed the keyword.
std::optional<std::smatch> cut_out(std::string& name, const std::string& whole, const std::regex& pattern) {
  std::smatch match;
  if (!std::regex_search(whole, match, pattern)) return std::nullopt;
  const std::string found = match.str(0).substr(match.str(1).size());
  const auto place = name.find(found);
  if (place != std::string::npos) name.erase(place, found.size());
  return match;
}

double unit_of(const std::string& letter) {
  if (letter.empty()) return 1;
  switch (std::tolower(static_cast<unsigned char>(letter.front()))) {
    case 'k':
      return 1e3;
    case 'm':
      return 1e6;
    case 'b':
      return 1e9;
    default:
      return 1e12;
  }
}

bool is_separator(char c) {
  return c == '-' || c == '_' || c == '@' || c == '.' || c == '/' || c == ' ';
}

/// Separators that have lost their neighbour go too.
std::string without_loose_separators(const std::string& text) {
  std::string tidy;
  for (const char c : text) {
    if (is_separator(c) && (tidy.empty() || is_separator(tidy.back()))) continue;
    tidy += c;
  }
  while (!tidy.empty() && is_separator(tidy.back())) tidy.pop_back();
  return tidy;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// The digits at `i` without leading zeros; `i` moves behind them.
std::string number_at(const std::string& text, std::size_t& i) {
  while (i < text.size() && text[i] == '0') ++i;
  const std::size_t start = i;
  while (i < text.size() && is_digit(text[i])) ++i;
  return text.substr(start, i - start);
}

}  // namespace

TrainingPosition training_position(const std::string& name) {
  TrainingPosition position;
  std::string rest = name;
  if (const auto match = cut_out(rest, name, step_pattern())) position.step = std::stoll(match->str(3));
  if (const auto match = cut_out(rest, name, tokens_pattern()))
    position.tokens = std::stod(match->str(3)) * unit_of(match->str(4));
  std::smatch stage;
  if (std::regex_search(name, stage, stage_pattern())) position.stage = std::stoll(stage.str(3));
  position.series = without_loose_separators(rest);
  return position;
}

bool natural_less(const std::string& a, const std::string& b) {
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (is_digit(a[i]) && is_digit(b[j])) {
      const std::string left = number_at(a, i), right = number_at(b, j);
      if (left.size() != right.size()) return left.size() < right.size();
      if (left != right) return left < right;
    } else {
      if (a[i] != b[j]) return a[i] < b[j];
      ++i;
      ++j;
    }
  }
  if (i < a.size() || j < b.size()) return j < b.size();
  return a < b;  // they differ in leading zeros at most
}

bool trained_before(const std::string& a, const std::string& b) {
  const TrainingPosition left = training_position(a), right = training_position(b);
  if (left.series != right.series) return natural_less(left.series, right.series);
  const auto key = [](const TrainingPosition& p) {
    return std::tuple(p.stage.value_or(-1), p.step.value_or(-1), p.tokens.value_or(-1));
  };
  if (key(left) != key(right)) return key(left) < key(right);
  return natural_less(a, b);
}

}  // namespace phasescope::sweep
