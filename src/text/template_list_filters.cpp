#include "phasescope/text/template_list_filters.h"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "phasescope/text/python_text.h"
#include "phasescope/text/template_filters.h"
#include "phasescope/text/template_operations.h"
#include "phasescope/text/template_tests.h"

namespace phasescope::text {
namespace {

/// "a.b.0": attributes of attributes, numbers being places in a list.
Value dotted_attribute(Value value, const Value& path) {
  if (path.is_integer()) return item_of(value, path);
  const std::string dot = ".";
  for (const std::string& part : python_split(require_text(path, "the attribute"), &dot, -1)) {
    const bool is_place = !part.empty() && part.find_first_not_of("0123456789") == std::string::npos;
    value = item_of(value,
                    is_place ? Value(static_cast<std::int64_t>(std::stoll(part.substr(0, 9)))) : Value(part));
  }
  return value;
}

/// The items, or an attribute of each when `attribute` is one.
std::vector<Value> keys_of(const std::vector<Value>& items, const Value& attribute) {
  if (attribute.is<Value::None>() || attribute.is<Undefined>()) return items;
  std::vector<Value> keys;
  keys.reserve(items.size());
  for (const Value& item : items) keys.push_back(dotted_attribute(item, attribute));
  return keys;
}

Value first(const Value& value, const CallArguments&) {
  const std::vector<Value> items = items_of(value);
  return items.empty() ? Value(Undefined{"first"}) : items.front();
}

Value last(const Value& value, const CallArguments&) {
  const std::vector<Value> items = items_of(value);
  return items.empty() ? Value(Undefined{"last"}) : items.back();
}

Value join(const Value& value, const CallArguments& arguments) {
  const std::string separator = arguments.get(0, "d", "").text();
  const std::vector<Value> items = keys_of(items_of(value), arguments.get(1, "attribute", Value()));
  std::string text;
  for (std::size_t i = 0; i < items.size(); ++i) text += (i > 0 ? separator : "") + items[i].text();
  return text;
}

Value pairs(const Value& value, const CallArguments&) {
  if (value.is<Undefined>()) return Value::list({});
  const ValueMap* map = value.as_map();
  if (map == nullptr) throw std::invalid_argument("only a mapping has items");
  std::vector<Value> items;
  for (const auto& [key, item] : map->entries) items.push_back(Value::tuple({key, item}));
  return Value::list(std::move(items));
}

Value reverse(const Value& value, const CallArguments&) {
  std::vector<Value> items = items_of(value);
  std::reverse(items.begin(), items.end());
  if (!value.is<std::string>()) return Value::list(std::move(items));
  std::string text;
  for (const Value& character : items) text += character.text();
  return text;
}

/// Without its first argument, and with the rest moved up.
CallArguments rest_of(const CallArguments& arguments) {
  CallArguments rest = arguments;
  rest.positional.erase(rest.positional.begin());
  return rest;
}

std::string first_name(const CallArguments& arguments, const char* what) {
  if (arguments.positional.empty()) throw std::invalid_argument(std::string(what) + " lacks its argument");
  return require_text(arguments.positional.front(), "the name");
}

Value map_attribute(const std::vector<Value>& items, const Value& attribute, const Value& fallback) {
  std::vector<Value> results;
  for (const Value& item : items) {
    Value found = dotted_attribute(item, attribute);
    if (found.is<Undefined>() && !fallback.is<Undefined>()) found = fallback;
    results.push_back(std::move(found));
  }
  return Value::list(std::move(results));
}

/// As Jinja's map and select do: whatever counts as false, none and undefined ones too, has no items.
std::vector<Value> items_if_any(const Value& value) {
  return value.truth() ? items_of(value) : std::vector<Value>();
}

/// map(attribute="name"), or map("filter", arguments of it).
Value map(const Value& value, const CallArguments& arguments) {
  const std::vector<Value> items = items_if_any(value);
  const Value attribute = arguments.positional.empty() ? arguments.get(0, "attribute") : Value(Undefined{});
  if (!attribute.is<Undefined>()) return map_attribute(items, attribute, arguments.get(1, "default"));
  const std::string name = first_name(arguments, "map");
  if (!is_template_filter(name)) throw std::invalid_argument("filter \"" + name + "\" is not supported");
  const CallArguments rest = rest_of(arguments);
  std::vector<Value> results;
  results.reserve(items.size());
  for (const Value& item : items) results.push_back(apply_template_filter(name, item, rest));
  return Value::list(std::move(results));
}

/// const CallArguments& test by name with its arguments, or whether a value is true when none is named.
bool satisfies(const Value& value, const CallArguments& arguments) {
  if (arguments.positional.empty()) return value.truth();
  return apply_template_test(first_name(arguments, "select"), value, rest_of(arguments));
}

template <bool wanted>
Value select(const Value& value, const CallArguments& arguments) {
  std::vector<Value> taken;
  for (const Value& item : items_if_any(value)) {
    if (satisfies(item, arguments) == wanted) taken.push_back(item);
  }
  return Value::list(std::move(taken));
}

template <bool wanted>
Value select_by_attribute(const Value& value, const CallArguments& arguments) {
  if (arguments.positional.empty()) throw std::invalid_argument("selectattr lacks its argument");
  const CallArguments rest = rest_of(arguments);
  std::vector<Value> taken;
  for (const Value& item : items_if_any(value)) {
    if (satisfies(dotted_attribute(item, arguments.positional.front()), rest) == wanted)
      taken.push_back(item);
  }
  return Value::list(std::move(taken));
}

/// What sorting compares: texts without their case unless it matters.
Value sort_key(Value value, bool case_sensitive) {
  const auto* text = value.as<std::string>();
  if (text == nullptr || case_sensitive) return value;
  return python_lower(*text);
}

std::vector<Value> sort_keys(const std::vector<Value>& items, const Value& attribute, bool case_sensitive) {
  std::vector<Value> keys = keys_of(items, attribute);
  for (Value& key : keys) key = sort_key(std::move(key), case_sensitive);
  return keys;
}

/// Items in the order of their keys, equal ones as they were.
std::vector<Value> ordered(const std::vector<Value>& items, const std::vector<Value>& keys, bool descending) {
  std::vector<std::size_t> order(items.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return descending ? is_less(keys[b], keys[a]) : is_less(keys[a], keys[b]);
  });
  std::vector<Value> result;
  result.reserve(items.size());
  for (const std::size_t i : order) result.push_back(items[i]);
  return result;
}

Value sort(const Value& value, const CallArguments& arguments) {
  const std::vector<Value> items = items_of(value);
  const std::vector<Value> keys = sort_keys(items, arguments.get(2, "attribute", Value()),
                                            arguments.get(1, "case_sensitive", false).truth());
  return Value::list(ordered(items, keys, arguments.get(0, "reverse", false).truth()));
}

Value dictsort(const Value& value, const CallArguments& arguments) {
  const Value entries = pairs(value, arguments);
  const bool by_value = arguments.get(1, "by", "key").text() == "value";
  const std::vector<Value> keys = sort_keys(entries.as_list()->items, std::int64_t{by_value ? 1 : 0},
                                            arguments.get(0, "case_sensitive", false).truth());
  return Value::list(ordered(entries.as_list()->items, keys, arguments.get(2, "reverse", false).truth()));
}

Value unique(const Value& value, const CallArguments& arguments) {
  const std::vector<Value> items = items_of(value);
  const std::vector<Value> keys = sort_keys(items, arguments.get(1, "attribute", Value()),
                                            arguments.get(0, "case_sensitive", false).truth());
  std::vector<Value> taken;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto end = keys.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::find(keys.begin(), end, keys[i]) == end) taken.push_back(items[i]);
  }
  return Value::list(std::move(taken));
}

template <bool largest>
Value extreme(const Value& value, const CallArguments& arguments) {
  const std::vector<Value> items = items_of(value);
  if (items.empty()) return Undefined{"an extreme of nothing"};
  const std::vector<Value> keys = sort_keys(items, arguments.get(1, "attribute", Value()),
                                            arguments.get(0, "case_sensitive", false).truth());
  const auto found = largest ? std::max_element(keys.begin(), keys.end(), is_less)
                             : std::min_element(keys.begin(), keys.end(), is_less);
  return items[static_cast<std::size_t>(found - keys.begin())];
}

Value sum(const Value& value, const CallArguments& arguments) {
  Value total = arguments.get(1, "start", std::int64_t{0});
  for (const Value& item : keys_of(items_of(value), arguments.get(0, "attribute", Value()))) {
    total = apply_binary(BinaryOperator::add, total, item);
  }
  return total;
}

using Filter = Value (*)(const Value&, const CallArguments&);

const std::map<std::string, Filter>& list_filters() {
  static const std::map<std::string, Filter> table = {
      {"count", [](const Value& value, const CallArguments&) -> Value { return length_of(value); }},
      {"dictsort", dictsort},
      {"first", first},
      {"items", pairs},
      {"join", join},
      {"last", last},
      {"length", [](const Value& value, const CallArguments&) -> Value { return length_of(value); }},
      {"list",
       [](const Value& value, const CallArguments&) -> Value { return Value::list(items_of(value)); }},
      {"map", map},
      {"max", extreme<true>},
      {"min", extreme<false>},
      {"reject", select<false>},
      {"rejectattr", select_by_attribute<false>},
      {"reverse", reverse},
      {"select", select<true>},
      {"selectattr", select_by_attribute<true>},
      {"sort", sort},
      {"sum", sum},
      {"unique", unique},
  };
  return table;
}

}  // namespace

bool is_template_list_filter(const std::string& name) {
  return list_filters().count(name) > 0;
}

Value apply_template_list_filter(const std::string& name, const Value& input,
                                 const CallArguments& arguments) {
  const auto found = list_filters().find(name);
  if (found == list_filters().end()) throw std::invalid_argument("filter \"" + name + "\" is not supported");
  return found->second(input, arguments);
}

}  // namespace phasescope::text
