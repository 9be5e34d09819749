#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "phasescope/text/template_value.h"

namespace phasescope::text {
namespace {

/// Digits and decimal exponent of the shortest text of a positive number: value = 0.d1d2d3... * 10^point.
struct Decimal {
  std::string digits;
  int point;
};

Decimal shortest_decimal(double value) {
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
  const std::string text(buffer, end);
  const std::size_t exponent = text.find('e');
  std::string digits = text.substr(0, exponent);
  digits.erase(std::remove(digits.begin(), digits.end(), '.'), digits.end());
  return {digits, 1 + std::atoi(text.c_str() + exponent + 1)};
}

std::string scientific(const Decimal& decimal) {
  std::string text = decimal.digits.substr(0, 1);
  if (decimal.digits.size() > 1) text += "." + decimal.digits.substr(1);
  char exponent[16];
  std::snprintf(exponent, sizeof exponent, "e%+03d", decimal.point - 1);
  return text + exponent;
}

std::string positional(const Decimal& decimal) {
  const std::string& digits = decimal.digits;
  if (decimal.point <= 0) return "0." + std::string(static_cast<std::size_t>(-decimal.point), '0') + digits;
  const auto point = static_cast<std::size_t>(decimal.point);
  if (digits.size() <= point) return digits + std::string(point - digits.size(), '0') + ".0";
  return digits.substr(0, point) + "." + digits.substr(point);
}

class JsonWriter {
 public:
  JsonWriter(int indent, bool sort_keys) : indent_(indent), sort_keys_(sort_keys) {}

  std::string write(const Value& value, int depth) const {
    if (value.is<Value::None>()) return "null";
    if (value.is<bool>()) return *value.as<bool>() ? "true" : "false";
    if (value.is<double>()) return json_number(*value.as<double>());
    if (const auto* text = value.as<std::string>()) return quoted(*text);
    if (const ValueList* list = value.as_list()) return write_list(*list, depth);
    if (const ValueMap* map = value.as_map()) return write_map(*map, depth);
    if (value.is<std::int64_t>()) return value.text();
    throw std::invalid_argument("an object of type " + value.type_name() + " cannot be written as JSON");
  }

 private:
  static std::string quoted(const std::string& text) {
    return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
  }

  static std::string json_number(double number) {
    if (std::isnan(number)) return "NaN";
    if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
    return python_float(number);
  }

  static std::string key_text(const Value& key) {
    if (key.is<std::string>()) return *key.as<std::string>();
    return JsonWriter(-1, false).write(key, 0);
  }

  std::string write_list(const ValueList& list, int depth) const {
    std::vector<std::string> items;
    for (const Value& item : list.items) items.push_back(write(item, depth + 1));
    return enclose('[', items, ']', depth);
  }

  std::string write_map(const ValueMap& map, int depth) const {
    std::vector<std::pair<std::string, std::string>> entries;
    for (const auto& [key, item] : map.entries) entries.emplace_back(key_text(key), write(item, depth + 1));
    if (sort_keys_) {
      std::stable_sort(entries.begin(), entries.end(),
                       [](const auto& left, const auto& right) { return left.first < right.first; });
    }
    std::vector<std::string> items;
    items.reserve(entries.size());
    for (const auto& [key, item] : entries) items.push_back(quoted(key) + ": " + item);
    return enclose('{', items, '}', depth);
  }

  std::string line_break(int depth) const {
    return "\n" + std::string(static_cast<std::size_t>(depth) * static_cast<std::size_t>(indent_), ' ');
  }

  std::string enclose(char open, const std::vector<std::string>& items, char close, int depth) const {
    if (items.empty()) return {open, close};
    std::string text(1, open);
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i > 0) text += indent_ < 0 ? ", " : ",";
      if (indent_ >= 0) text += line_break(depth + 1);
      text += items[i];
    }
    if (indent_ >= 0) text += line_break(depth);
    return text + close;
  }

  int indent_;
  bool sort_keys_;
};

}  // namespace

std::string python_float(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  if (value == 0) return std::signbit(value) ? "-0.0" : "0.0";
  const Decimal decimal = shortest_decimal(std::abs(value));
  const bool is_positional = decimal.point > -4 && decimal.point <= 16;
  return (value < 0 ? "-" : "") + (is_positional ? positional(decimal) : scientific(decimal));
}

std::string python_json(const Value& value, int indent, bool sort_keys) {
  return JsonWriter(indent, sort_keys).write(value, 0);
}

}  // namespace phasescope::text
