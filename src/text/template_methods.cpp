#include "phasescope/text/template_methods.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <stdexcept>

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

bool begins_with(const std::string& text, const std::string& prefix) {
  return text.compare(0, prefix.size(), prefix) == 0;
}

bool ends_with(const std::string& text, const std::string& suffix) {
  return text.size() >= suffix.size() &&
         text.compare(text.size() - suffix.size(), suffix.size(), suffix) == 0;
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

const std::map<std::string, TextMethod>& text_methods() {
  using Text = const std::string&;
  using Arguments = const CallArguments&;
  static const std::map<std::string, TextMethod> methods = {
      {"strip",
       [](Text t, Arguments a) -> Value {
         return python_strip(t, optional_text(a, 0, "chars"), true, true);
       }},
      {"lstrip",
       [](Text t, Arguments a) -> Value {
         return python_strip(t, optional_text(a, 0, "chars"), true, false);
       }},
      {"rstrip",
       [](Text t, Arguments a) -> Value {
         return python_strip(t, optional_text(a, 0, "chars"), false, true);
       }},
      {"upper", [](Text t, Arguments) -> Value { return python_upper(t); }},
      {"lower", [](Text t, Arguments) -> Value { return python_lower(t); }},
      {"title", [](Text t, Arguments) -> Value { return python_title(t); }},
      {"capitalize", [](Text t, Arguments) -> Value { return python_capitalize(t); }},
      {"split",
       [](Text t, Arguments a) {
         return text_list(python_split(t, separator(a), integer_argument(a, 1, "maxsplit", -1)));
       }},
      {"rsplit",
       [](Text t, Arguments a) {
         return text_list(python_rsplit(t, separator(a), integer_argument(a, 1, "maxsplit", -1)));
       }},
      {"splitlines", [](Text t, Arguments) { return text_list(python_splitlines(t)); }},
      {"startswith",
       [](Text t, Arguments a) -> Value { return any_text(a, [&](Text p) { return begins_with(t, p); }); }},
      {"endswith",
       [](Text t, Arguments a) -> Value { return any_text(a, [&](Text p) { return ends_with(t, p); }); }},
      {"removeprefix",
       [](Text t, Arguments a) -> Value {
         const std::string prefix = require_text(a.get(0, "prefix"), "the prefix");
         return begins_with(t, prefix) ? t.substr(prefix.size()) : t;
       }},
      {"removesuffix",
       [](Text t, Arguments a) -> Value {
         const std::string suffix = require_text(a.get(0, "suffix"), "the suffix");
         return ends_with(t, suffix) ? t.substr(0, t.size() - suffix.size()) : t;
       }},
      {"replace",
       [](Text t, Arguments a) -> Value {
         return python_replace(t, require_text(a.get(0, "old"), "what to replace"),
                               require_text(a.get(1, "new"), "the replacement"),
                               integer_argument(a, 2, "count", -1));
       }},
      {"find",
       [](Text t, Arguments a) {
         return place_of(t, t.find(require_text(a.get(0, "sub"), "what to find")));
       }},
      {"rfind",
       [](Text t, Arguments a) {
         return place_of(t, t.rfind(require_text(a.get(0, "sub"), "what to find")));
       }},
      {"count",
       [](Text t, Arguments a) -> Value {
         return occurrences(t, require_text(a.get(0, "sub"), "what to count"));
       }},
      {"join",
       [](Text t, Arguments a) -> Value {
         std::string result;
         const std::vector<Value> items = items_of(a.get(0, "iterable"));
         for (std::size_t i = 0; i < items.size(); ++i) {
           result += (i > 0 ? t : std::string()) + require_text(items[i], "an item to join");
         }
         return result;
       }},
      {"isdigit", [](Text t, Arguments) -> Value { return all_characters(t, is_decimal_digit); }},
      {"isspace", [](Text t, Arguments) -> Value { return all_characters(t, is_python_space); }},
  };
  return methods;
}

const std::map<std::string, ListMethod>& list_methods() {
  static const std::map<std::string, ListMethod> methods = {
      {"count",
       [](const ValueList& list, const CallArguments& a) -> Value {
         return static_cast<std::int64_t>(
             std::count(list.items.begin(), list.items.end(), a.get(0, "value")));
       }},
      {"index",
       [](const ValueList& list, const CallArguments& a) -> Value {
         const auto found = std::find(list.items.begin(), list.items.end(), a.get(0, "value"));
         if (found == list.items.end()) throw std::invalid_argument("the value is not in the list");
         return static_cast<std::int64_t>(found - list.items.begin());
       }},
  };
  return methods;
}

const std::map<std::string, MapMethod>& map_methods() {
  static const std::map<std::string, MapMethod> methods = {
      {"get",
       [](const ValueMap& map, const CallArguments& a) -> Value {
         const Value* found = map.find(a.get(0, "key"));
         return found != nullptr ? *found : a.get(1, "default", Value());
       }},
      {"items",
       [](const ValueMap& map, const CallArguments&) -> Value {
         std::vector<Value> items;
         for (const auto& [key, value] : map.entries) items.push_back(Value::tuple({key, value}));
         return Value::list(std::move(items));
       }},
      {"keys",
       [](const ValueMap& map, const CallArguments&) -> Value {
         std::vector<Value> keys;
         for (const auto& [key, value] : map.entries) keys.push_back(key);
         return Value::list(std::move(keys));
       }},
      {"values",
       [](const ValueMap& map, const CallArguments&) -> Value {
         std::vector<Value> values;
         for (const auto& [key, value] : map.entries) values.push_back(value);
         return Value::list(std::move(values));
       }},
  };
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
  return ValueFunction{name, [holder, target, method](const CallArguments& a) { return method(*target, a); }};
}

}  // namespace

std::optional<Value> method_of(const Value& object, const std::string& name) {
  if (const auto* text = object.as<std::string>()) {
    const auto found = text_methods().find(name);
    if (found == text_methods().end()) return std::nullopt;
    const TextMethod method = found->second;
    return ValueFunction{name, [copy = *text, method](const CallArguments& a) { return method(copy, a); }};
  }
  if (const ValueList* list = object.as_list()) return bound(list_methods(), name, object, *list);
  if (const ValueMap* map = object.as_map()) return bound(map_methods(), name, object, *map);
  return std::nullopt;
}

}  // namespace phasescope::text
