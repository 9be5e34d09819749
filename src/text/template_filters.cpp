#include "phasescope/text/template_filters.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <stdexcept>

#include "phasescope/text/python_text.h"
#include "phasescope/text/template_list_filters.h"
#include "phasescope/text/template_operations.h"

namespace phasescope::text {
namespace {

std::string joined_lines(const std::vector<std::string>& lines, std::size_t first,
                         const std::string& indention, bool indent_blank) {
  std::string text;
  for (std::size_t i = first; i < lines.size(); ++i) {
    if (i > first) text += "\n";
    text += (lines[i].empty() && !indent_blank ? "" : indention) + lines[i];
  }
  return text;
}

Value indent(const Value& value, const CallArguments& arguments) {
  const Value width = arguments.get(0, "width", std::int64_t{4});
  const bool first = arguments.get(1, "first", false).truth();
  const bool blank = arguments.get(2, "blank", false).truth();
  const std::string indention = width.is<std::string>()
                                    ? *width.as<std::string>()
                                    : std::string(static_cast<std::size_t>(std::clamp<std::int64_t>(
                                                      require_integer(width, "the width"), 0, 1000)),
                                                  ' ');
  // const CallArguments& line break is put behind the text, so that its last line is one even when it is
  // empty.
  const std::vector<std::string> lines = python_splitlines(value.text() + "\n");
  std::string text = lines[0];
  if (lines.size() > 1) text += "\n" + joined_lines(lines, 1, indention, blank);
  return first ? indention + text : text;
}

Value default_value(const Value& value, const CallArguments& arguments) {
  const bool replaces_false = arguments.get(1, "boolean", false).truth();
  const bool is_missing = value.is<Undefined>() || (replaces_false && !value.truth());
  return is_missing ? arguments.get(0, "default_value", "") : value;
}

Value to_json(const Value& value, const CallArguments& arguments) {
  const Value width = arguments.get(1, "indent", Value());
  const int indention =
      width.is<Value::None>()
          ? -1
          : static_cast<int>(std::clamp<std::int64_t>(require_integer(width, "indent"), 0, 1000));
  if (arguments.get(0, "ensure_ascii", false).truth())
    throw std::invalid_argument("tojson with ensure_ascii is not supported");
  if (!arguments.get(2, "separators", Value()).is<Value::None>()) {
    throw std::invalid_argument("tojson with separators is not supported");
  }
  return python_json(value, indention, arguments.get(3, "sort_keys", false).truth());
}

Value trim(const Value& value, const CallArguments& arguments) {
  const Value characters = arguments.get(0, "chars", Value());
  return python_strip(value.text(), characters.as<std::string>(), true, true);
}

Value replace(const Value& value, const CallArguments& arguments) {
  const Value count = arguments.get(2, "count", Value());
  return python_replace(value.text(), arguments.get(0, "old").text(), arguments.get(1, "new").text(),
                        count.is<Value::None>() ? -1 : require_integer(count, "'count'"));
}

Value escape(const Value& value, const CallArguments&) {
  std::string text;
  for (const char c : value.text()) {
    switch (c) {
      case '&':
        text += "&amp;";
        break;
      case '<':
        text += "&lt;";
        break;
      case '>':
        text += "&gt;";
        break;
      case '\'':
        text += "&#39;";
        break;
      case '"':
        text += "&#34;";
        break;
      default:
        text += c;
    }
  }
  return text;
}

template <typename Number>
std::optional<Number> parse_number(const std::string& text) {
  const std::string digits = python_strip(text, nullptr, true, true);
  const char* begin = digits.data() + (digits.size() > 1 && digits[0] == '+' ? 1 : 0);
  const char* end = digits.data() + digits.size();
  Number value{};
  const auto result = std::from_chars(begin, end, value);
  if (begin == end || result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return value;
}

Value truncated(double value, const Value& fallback) {
  return std::isfinite(value) && std::abs(value) < 9e18 ? Value(static_cast<std::int64_t>(value)) : fallback;
}

Value to_integer(const Value& value, const CallArguments& arguments) {
  Value fallback = arguments.get(0, "default", std::int64_t{0});
  if (value.is_integer()) return value.integer();
  if (value.is_number()) return truncated(value.number(), fallback);
  const auto* text = value.as<std::string>();
  if (text == nullptr) return fallback;
  if (const auto number = parse_number<std::int64_t>(*text)) return *number;
  const auto number = parse_number<double>(*text);
  return number ? truncated(*number, fallback) : fallback;
}

Value to_float(const Value& value, const CallArguments& arguments) {
  if (value.is_number()) return value.number();
  const auto* text = value.as<std::string>();
  const auto number = text == nullptr ? std::nullopt : parse_number<double>(*text);
  return number ? Value(*number) : arguments.get(0, "default", 0.0);
}

Value absolute(const Value& value, const CallArguments&) {
  return is_less(value, std::int64_t{0}) ? negate(value) : value;
}

/// Halves round to the even neighbour, as Python's round does; method may also be "ceil" or "floor".
Value rounded(const Value& value, const CallArguments& arguments) {
  const std::int64_t precision =
      require_integer(arguments.get(0, "precision", std::int64_t{0}), "'precision'");
  const std::string method = arguments.get(1, "method", "common").text();
  if (!value.is_number())
    throw std::invalid_argument("a value of type " + value.type_name() + " cannot be rounded");
  const double scale = std::pow(10.0, static_cast<double>(precision));
  const double scaled = value.number() * scale;
  const double result = method == "ceil"    ? std::ceil(scaled)
                        : method == "floor" ? std::floor(scaled)
                                            : std::nearbyint(scaled);
  return result / scale;
}

/// Unlike str.title: a word begins behind white space, a hyphen or an opening bracket.
Value title(const Value& value, const CallArguments&) {
  std::string text;
  bool within_word = false;
  for (const std::string& character : python_characters(value.text())) {
    text += within_word ? python_lower(character) : python_upper(character);
    within_word = python_strip(character, nullptr, true, true) == character &&
                  std::string_view("-({[<").find(character) == std::string_view::npos;
  }
  return text;
}

using Filter = Value (*)(const Value&, const CallArguments&);

const std::map<std::string, Filter>& text_filters() {
  static const std::map<std::string, Filter> table = {
      {"abs", absolute},
      {"capitalize",
       [](const Value& value, const CallArguments&) -> Value { return python_capitalize(value.text()); }},
      {"d", default_value},
      {"default", default_value},
      {"e", escape},
      {"escape", escape},
      {"float", to_float},
      {"indent", indent},
      {"int", to_integer},
      {"lower", [](const Value& value, const CallArguments&) -> Value { return python_lower(value.text()); }},
      {"replace", replace},
      {"round", rounded},
      {"safe", [](const Value& value, const CallArguments&) -> Value { return value.text(); }},
      {"string", [](const Value& value, const CallArguments&) -> Value { return value.text(); }},
      {"title", title},
      {"tojson", to_json},
      {"trim", trim},
      {"upper", [](const Value& value, const CallArguments&) -> Value { return python_upper(value.text()); }},
  };
  return table;
}

}  // namespace

bool is_template_filter(const std::string& name) {
  return text_filters().count(name) > 0 || is_template_list_filter(name);
}

Value apply_template_filter(const std::string& name, const Value& input, const CallArguments& arguments) {
  const auto found = text_filters().find(name);
  if (found != text_filters().end()) return found->second(input, arguments);
  return apply_template_list_filter(name, input, arguments);
}

}  // namespace phasescope::text
