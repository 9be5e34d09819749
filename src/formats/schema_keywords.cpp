#include "schema_keywords.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <regex>
#include <string_view>
#include <vector>

#include "phasescope/base/error.h"

namespace phasescope::formats {
namespace {

/// What the value of a keyword is.
enum class Value {
  anything,
  number,
  count,
  boolean,
  names,
  list,
  schema,
  schema_map,
  schema_list,
  items,
  type,
  pattern,
  reference
};

struct Keyword {
  std::string_view name;
  Value value;
};

constexpr Keyword keywords[] = {
    {"$schema", Value::anything},
    {"$id", Value::anything},
    {"$comment", Value::anything},
    {"title", Value::anything},
    {"description", Value::anything},
    {"default", Value::anything},
    {"examples", Value::anything},
    {"format", Value::anything},
    {"definitions", Value::schema_map},
    {"$defs", Value::schema_map},
    {"$ref", Value::reference},
    {"type", Value::type},
    {"enum", Value::list},
    {"const", Value::anything},
    {"properties", Value::schema_map},
    {"required", Value::names},
    {"additionalProperties", Value::schema},
    {"propertyNames", Value::schema},
    {"minProperties", Value::count},
    {"maxProperties", Value::count},
    {"items", Value::items},
    {"minItems", Value::count},
    {"maxItems", Value::count},
    {"uniqueItems", Value::boolean},
    {"minimum", Value::number},
    {"maximum", Value::number},
    {"exclusiveMinimum", Value::number},
    {"exclusiveMaximum", Value::number},
    {"minLength", Value::count},
    {"maxLength", Value::count},
    {"pattern", Value::pattern},
    {"anyOf", Value::schema_list},
    {"oneOf", Value::schema_list},
    {"allOf", Value::schema_list},
    {"not", Value::schema},
    {"additionalItems", Value::schema},
};

constexpr std::array<std::string_view, 7> type_names{
    {"null", "boolean", "object", "array", "number", "integer", "string"}};

bool is_count(const Json& value) {
  return value.is_number_integer() && (value.is_number_unsigned() || value.get<std::int64_t>() >= 0);
}

bool is_list_of_names(const Json& value) {
  return value.is_array() &&
         std::all_of(value.begin(), value.end(), [](const Json& name) { return name.is_string(); });
}

/// Walks a copy of the schema; `root` is the original.
class Walker {
 public:
  Walker(const Json& root, const std::string& file) : root_(root), file_(file) {}

  void prepare(Json& schema, const std::string& path) const {
    if (schema.is_boolean()) return;
    if (!schema.is_object()) fail(path, std::string("found ") + schema.type_name(), "a schema");
    for (auto& [name, value] : schema.items()) prepare_keyword(name, value, path + "/" + name);
    schema.erase("format");
  }

 private:
  void prepare_keyword(const std::string& name, Json& value, const std::string& path) const {
    const auto* found = std::find_if(std::begin(keywords), std::end(keywords),
                                     [&](const Keyword& keyword) { return keyword.name == name; });
    if (found == std::end(keywords)) fail(path, "unknown keyword");
    switch (found->value) {
      case Value::anything:
        return;
      case Value::number:
        return require(value.is_number(), value, path, "a number");
      case Value::count:
        return require(is_count(value), value, path, "a count");
      case Value::boolean:
        return require(value.is_boolean(), value, path, "true or false");
      case Value::names:
        return require(is_list_of_names(value), value, path, "a list of names");
      case Value::list:
        return require(value.is_array(), value, path, "a list");
      case Value::schema:
        return prepare(value, path);
      case Value::schema_map:
        require(value.is_object(), value, path, "an object of schemas");
        return prepare_children(value, path);
      case Value::schema_list:
        require(value.is_array(), value, path, "a list of schemas");
        return prepare_children(value, path);
      case Value::items:
        return value.is_array() ? prepare_children(value, path) : prepare(value, path);
      case Value::type:
        return check_type(value, path);
      case Value::pattern:
        return check_pattern(value, path);
      case Value::reference:
        return check_reference(value, path);
    }
  }

  void prepare_children(Json& value, const std::string& path) const {
    for (auto& [name, child] : value.items()) prepare(child, path + "/" + name);
  }

  void require(bool right, const Json& value, const std::string& path, const std::string& expected) const {
    if (!right) fail(path, "found " + value.dump(), expected);
  }

  void check_type(const Json& value, const std::string& path) const {
    if (value.is_array()) {
      for (const Json& name : value) check_type(name, path);
      return;
    }
    const bool known = value.is_string() && std::find(type_names.begin(), type_names.end(),
                                                      value.get<std::string>()) != type_names.end();
    require(known, value, path, "the name of a JSON type");
  }

  void check_pattern(const Json& value, const std::string& path) const {
    require(value.is_string(), value, path, "a regular expression");
    try {
      const std::regex expression(value.get<std::string>());
    } catch (const std::regex_error& error) {
      fail(path, error.what(), "a regular expression");
    }
  }

  void check_reference(const Json& value, const std::string& path) const {
    const Json* target = find_target(value);
    require(target != nullptr, value, path, "a reference to a schema in this document");
    std::vector<const Json*> open;
    if (is_endless(*target, open)) fail(path, "refers to itself without entering the document");
  }

  /// Null when the reference leads nowhere.
  const Json* find_target(const Json& reference) const {
    const std::string text = reference.is_string() ? reference.get<std::string>() : "";
    if (text != "#" && text.rfind("#/", 0) != 0) return nullptr;
    try {
      const Json::json_pointer pointer(text.substr(1));
      return root_.contains(pointer) ? &root_[pointer] : nullptr;
    } catch (const Json::exception&) {  // a wrong escape
      return nullptr;
    }
  }

  /// Whether applying a schema leads back to one that is still being applied at the same place of the
  /// document. `open` holds those.
  bool is_endless(const Json& schema, std::vector<const Json*>& open) const {
    if (std::find(open.begin(), open.end(), &schema) != open.end()) return true;
    open.push_back(&schema);
    const std::vector<const Json*> next = applied_in_place(schema);
    const bool endless =
        std::any_of(next.begin(), next.end(), [&](const Json* child) { return is_endless(*child, open); });
    open.pop_back();
    return endless;
  }

  std::vector<const Json*> applied_in_place(const Json& schema) const {
    std::vector<const Json*> children;
    if (!schema.is_object()) return children;
    for (const auto& [name, value] : schema.items()) {
      if (name == "not") children.push_back(&value);
      if (name == "$ref" && find_target(value) != nullptr) children.push_back(find_target(value));
      if (name != "anyOf" && name != "oneOf" && name != "allOf") continue;
      for (const Json& child : value) children.push_back(&child);
    }
    return children;
  }

  [[noreturn]] void fail(const std::string& path, const std::string& reason,
                         const std::string& expected = {}) const {
    throw_input_error(file_, "#" + path, reason, expected);
  }

  const Json& root_;
  const std::string& file_;
};

}  // namespace

Json prepare_schema(const Json& schema, const std::string& file) {
  Json prepared = schema;
  Walker(schema, file).prepare(prepared, "");
  return prepared;
}

}  // namespace phasescope::formats
