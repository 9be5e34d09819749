#include "phasescope/text/template_value.h"

#include <algorithm>
#include <cmath>

#include "phasescope/text/python_text.h"

namespace phasescope::text {

const Value* ValueMap::find(const Value& key) const {
  const auto found =
      std::find_if(entries.begin(), entries.end(), [&](const auto& entry) { return entry.first == key; });
  return found == entries.end() ? nullptr : &found->second;
}

const Value* ValueMap::find(const std::string& key) const {
  for (const auto& [name, value] : entries) {
    const auto* text = name.as<std::string>();
    if (text != nullptr && *text == key) return &value;
  }
  return nullptr;
}

void ValueMap::set(const Value& key, Value value) {
  for (auto& entry : entries) {
    if (entry.first == key) {
      entry.second = std::move(value);
      return;
    }
  }
  entries.emplace_back(key, std::move(value));
}

Value Value::from_json(const Json& json) {
  switch (json.type()) {
    case Json::value_t::boolean:
      return json.get<bool>();
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
      return json.get<std::int64_t>();
    case Json::value_t::number_float:
      return json.get<double>();
    case Json::value_t::string:
      return json.get<std::string>();
    case Json::value_t::array: {
      std::vector<Value> items;
      for (const Json& item : json) items.push_back(from_json(item));
      return list(std::move(items));
    }
    case Json::value_t::object: {
      ValueMap map;
      for (const auto& [key, item] : json.items()) map.entries.emplace_back(key, from_json(item));
      return map;
    }
    default:
      return Value();
  }
}

std::int64_t Value::integer() const {
  return is<bool>() ? static_cast<std::int64_t>(*as<bool>()) : *as<std::int64_t>();
}

double Value::number() const {
  return is<double>() ? *as<double>() : static_cast<double>(integer());
}

std::string Value::type_name() const {
  static constexpr const char* names[] = {"NoneType",  "bool", "int",  "float",     "str",
                                          "Undefined", "list", "dict", "Namespace", "function"};
  return names[data_.index()];
}

bool Value::truth() const {
  if (is<None>() || is<Undefined>()) return false;
  if (is_number()) return number() != 0;
  if (const auto* text = as<std::string>()) return !text->empty();
  if (const ValueList* list = as_list()) return !list->items.empty();
  if (const ValueMap* map = as_map()) return !map->entries.empty();
  return true;
}

std::string Value::text() const {
  if (const auto* text = as<std::string>()) return *text;
  if (is<Undefined>()) return "";
  return representation();
}

namespace {

std::string list_representation(const ValueList& list) {
  std::string text = list.is_tuple ? "(" : "[";
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    if (i > 0) text += ", ";
    text += list.items[i].representation();
  }
  if (list.is_tuple && list.items.size() == 1) text += ",";
  return text + (list.is_tuple ? ")" : "]");
}

std::string map_representation(const ValueMap& map) {
  std::string text = "{";
  for (const auto& [key, value] : map.entries) {
    if (text.size() > 1) text += ", ";
    text += key.representation() + ": " + value.representation();
  }
  return text + "}";
}

}  // namespace

std::string Value::representation() const {
  if (is<None>()) return "None";
  if (is<bool>()) return *as<bool>() ? "True" : "False";
  if (is<std::int64_t>()) return std::to_string(*as<std::int64_t>());
  if (is<double>()) return python_float(*as<double>());
  if (const auto* text = as<std::string>()) return python_quoted(*text);
  if (const ValueList* list = as_list()) return list_representation(*list);
  if (const ValueMap* map = as_map()) return map_representation(*map);
  if (is<Undefined>()) return "Undefined";
  return "<" + type_name() + ">";
}

namespace {

bool equal_lists(const ValueList& left, const ValueList& right) {
  return left.is_tuple == right.is_tuple && left.items == right.items;
}

bool equal_maps(const ValueMap& left, const ValueMap& right) {
  if (left.entries.size() != right.entries.size()) return false;
  return std::all_of(left.entries.begin(), left.entries.end(), [&](const auto& entry) {
    const Value* other = right.find(entry.first);
    return other != nullptr && *other == entry.second;
  });
}

}  // namespace

bool operator==(const Value& left, const Value& right) {
  if (left.is_integer() && right.is_integer()) return left.integer() == right.integer();
  if (left.is_number() && right.is_number()) return left.number() == right.number();
  if (left.is<std::string>() && right.is<std::string>()) {
    return *left.as<std::string>() == *right.as<std::string>();
  }
  if (left.as_list() != nullptr && right.as_list() != nullptr) {
    return equal_lists(*left.as_list(), *right.as_list());
  }
  if (left.as_map() != nullptr && right.as_map() != nullptr) {
    return equal_maps(*left.as_map(), *right.as_map());
  }
  return (left.is<Value::None>() && right.is<Value::None>()) ||
         (left.is<Undefined>() && right.is<Undefined>());
}

const Value* CallArguments::find(std::size_t place, const std::string& name) const {
  if (place < positional.size()) return &positional[place];
  for (const auto& [given, value] : named) {
    if (given == name) return &value;
  }
  return nullptr;
}

Value CallArguments::get(std::size_t place, const std::string& name, Value fallback) const {
  const Value* found = find(place, name);
  if (found == nullptr) return fallback;
  return *found;
}

}  // namespace phasescope::text
