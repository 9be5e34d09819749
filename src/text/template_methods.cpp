#include "phasescope/text/template_methods.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <stdexcept>

#include "phasescope/text/affix.h"
#include "phasescope/text/python_text.h"
#include "phasescope/text/template_operations.h"
#include "phasescope/text/unicode.h"

namespace phasescope::text {
namespace {

using TextMethod = Value (*)(const std::string&, const CallArguments&);
using ListMethod = Value (*)(const ValueList&, const CallArguments&);
using MapMethod = Value (*)(const ValueMap&, const CallArguments&);

/// An optional text argument: null when it is None or left out. Lives as long as the arguments.
const std::string* optional_text(const CallArguments& arguments, std::size_t place, const std::string& name) {
  const Value* value = arguments.find(place, name);
  if (value == nullptr || value->is<Value::None>()) return nullptr;
  require_text(*value, "'" + name + "'");
  return value->as<std::string>();
}

Value text_list(std::vector<std::string> texts) {
  std::vector<Value> items;
  items.reserve(texts.size());
  for (std::string& text : texts) items.emplace_back(std::move(text));
  return Value::list(std::move(items));
}

std::int64_t integer_argument(const CallArguments& arguments, std::size_t place, const std::string& name,
                              std::int64_t fallback) {
  return require_integer(arguments.get(place, name, fallback), "'" + name + "'");
}

const std::string* separator(const CallArguments& arguments) {
  const std::string* text = optional_text(arguments, 0, "sep");
  if (text != nullptr && text->empty()) throw std::invalid_argument("the separator is empty");
  return text;
}

/// A text, or a tuple of texts of which one will do.
template <typename Condition>
bool any_text(const CallArguments& arguments, Condition&& condition) {
  const Value argument = arguments.get(0, "prefix");
  if (argument.as_list() == nullptr) return condition(require_text(argument, "the argument"));
  const auto& items = argument.as_list()->items;
  return std::any_of(items.begin(), items.end(),
                     [&](const Value& item) { return condition(require_text(item, "the argument")); });
}

Value place_of(const std::string& text, std::size_t byte) {
  if (byte == std::string::npos) return std::int64_t{-1};
  return static_cast<std::int64_t>(character_count(std::string_view(text).substr(0, byte)));
}

std::int64_t occurrences(const std::string& text, const std::string& part) {
  if (part.empty()) return static_cast<std::int64_t>(character_count(text)) + 1;
  std::int64_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

/// Not empty, and every character satisfies the condition.
template <typename Condition>
bool all_characters(const std::string& text, Condition&& condition) {
  bool all = !text.empty();
  for_each_character(text, [&](char32_t c, std::size_t, std::size_t) { all = all && condition(c); });
  return all;
}

bool is_decimal_digit(char32_t c) {
  return c < 0x80 ? std::isdigit(static_cast<int>(c)) != 0 : is_numeric(c);
}

/// The places at which str.strip and its kin cut.
template <bool left, bool right>
Value strip(const std::string& text, const CallArguments& arguments) {
  return python_strip(text, optional_text(arguments, 0, "chars"), left, right);
}

/// A change of letter case.
template <std::string (*change)(std::string_view)>
Value change_case(const std::string& text, const CallArguments&) {
  return change(text);
}

Value split(const std::string& text, const CallArguments& arguments) {
  return text_list(python_split(text, separator(arguments), integer_argument(arguments, 1, "maxsplit", -1)));
}

Value rsplit(const std::string& text, const CallArguments& arguments) {
  return text_list(python_rsplit(text, separator(arguments), integer_argument(arguments, 1, "maxsplit", -1)));
}

Value splitlines(const std::string& text, const CallArguments&) {
  return text_list(python_splitlines(text));
}

Value startswith(const std::string& text, const CallArguments& arguments) {
  return any_text(arguments, [&](const std::string& prefix) { return begins_with(text, prefix); });
}

Value endswith(const std::string& text, const CallArguments& arguments) {
  return any_text(arguments, [&](const std::string& suffix) { return ends_with(text, suffix); });
}

Value removeprefix(const std::string& text, const CallArguments& arguments) {
  const std::string prefix = require_text(arguments.get(0, "prefix"), "the prefix");
  return begins_with(text, prefix) ? text.substr(prefix.size()) : text;
}

Value removesuffix(const std::string& text, const CallArguments& arguments) {
  const std::string suffix = require_text(arguments.get(0, "suffix"), "the suffix");
  return ends_with(text, suffix) ? text.substr(0, text.size() - suffix.size()) : text;
}

Value replace(const std::string& text, const CallArguments& arguments) {
  const std::string old_part = require_text(arguments.get(0, "old"), "what to replace");
  const std::string new_part = require_text(arguments.get(1, "new"), "the replacement");
  return python_replace(text, old_part, new_part, integer_argument(arguments, 2, "count", -1));
}

Value find(const std::string& text, const CallArguments& arguments) {
  return place_of(text, text.find(require_text(arguments.get(0, "sub"), "what to find")));
}

Value rfind(const std::string& text, const CallArguments& arguments) {
  return place_of(text, text.rfind(require_text(arguments.get(0, "sub"), "what to find")));
}

Value count_text(const std::string& text, const CallArguments& arguments) {
  return occurrences(text, require_text(arguments.get(0, "sub"), "what to count"));
}

Value join(const std::string& text, const CallArguments& arguments) {
  std::string result;
  const std::vector<Value> items = items_of(arguments.get(0, "iterable"));
  for (std::size_t i = 0; i < items.size(); ++i) {
    result += (i > 0 ? text : std::string()) + require_text(items[i], "an item to join");
  }
  return result;
}

Value isdigit(const std::string& text, const CallArguments&) {
  return all_characters(text, is_decimal_digit);
}

Value isspace(const std::string& text, const CallArguments&) {
  return all_characters(text, is_python_space);
}

const std::map<std::string, TextMethod>& text_methods() {
  static const std::map<std::string, TextMethod> methods = {
      {"capitalize", change_case<python_capitalize>},
      {"count", count_text},
      {"endswith", endswith},
      {"find", find},
      {"isdigit", isdigit},
      {"isspace", isspace},
      {"join", join},
      {"lower", change_case<python_lower>},
      {"lstrip", strip<true, false>},
      {"removeprefix", removeprefix},
      {"removesuffix", removesuffix},
      {"replace", replace},
      {"rfind", rfind},
      {"rsplit", rsplit},
      {"rstrip", strip<false, true>},
      {"split", split},
      {"splitlines", splitlines},
      {"startswith", startswith},
      {"strip", strip<true, true>},
      {"title", change_case<python_title>},
      {"upper", change_case<python_upper>},
  };
  return methods;
}

Value count_items(const ValueList& list, const CallArguments& arguments) {
  return static_cast<std::int64_t>(
      std::count(list.items.begin(), list.items.end(), arguments.get(0, "value")));
}

Value index(const ValueList& list, const CallArguments& arguments) {
  const auto found = std::find(list.items.begin(), list.items.end(), arguments.get(0, "value"));
  if (found == list.items.end()) throw std::invalid_argument("the value is not in the list");
  return static_cast<std::int64_t>(found - list.items.begin());
}

const std::map<std::string, ListMethod>& list_methods() {
  static const std::map<std::string, ListMethod> methods = {{"count", count_items}, {"index", index}};
  return methods;
}

Value get(const ValueMap& map, const CallArguments& arguments) {
  const Value* found = map.find(arguments.get(0, "key"));
  return found != nullptr ? *found : arguments.get(1, "default", Value());
}

/// A list of what `take` makes of each entry.
template <typename Take>
Value list_entries(const ValueMap& map, Take&& take) {
  std::vector<Value> items;
  for (const auto& [key, value] : map.entries) items.push_back(take(key, value));
  return Value::list(std::move(items));
}

Value items(const ValueMap& map, const CallArguments&) {
  return list_entries(map, [](const Value& key, const Value& value) { return Value::tuple({key, value}); });
}

Value keys(const ValueMap& map, const CallArguments&) {
  return list_entries(map, [](const Value& key, const Value&) { return key; });
}

Value values(const ValueMap& map, const CallArguments&) {
  return list_entries(map, [](const Value&, const Value& value) { return value; });
}

const std::map<std::string, MapMethod>& map_methods() {
  static const std::map<std::string, MapMethod> methods = {
      {"get", get}, {"items", items}, {"keys", keys}, {"values", values}};
  return methods;
}

/// Binds a method to the value that holds its object.
template <typename Method, typename Object>
std::optional<Value> bound(const std::map<std::string, Method>& methods, const std::string& name,
                           const Value& holder, const Object& object) {
  const auto found = methods.find(name);
  if (found == methods.end()) return std::nullopt;
  const Method method = found->second;
  const Object* target = &object;
  return ValueFunction{
      name, [holder, target, method](const CallArguments& arguments) { return method(*target, arguments); }};
}

}  // namespace

std::optional<Value> method_of(const Value& object, const std::string& name) {
  if (const auto* text = object.as<std::string>()) {
    const auto found = text_methods().find(name);
    if (found == text_methods().end()) return std::nullopt;
    const TextMethod method = found->second;
    return ValueFunction{
        name, [copy = *text, method](const CallArguments& arguments) { return method(copy, arguments); }};
  }
  if (const ValueList* list = object.as_list()) return bound(list_methods(), name, object, *list);
  if (const ValueMap* map = object.as_map()) return bound(map_methods(), name, object, *map);
  return std::nullopt;
}

}  // namespace phasescope::text
