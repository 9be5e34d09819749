#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "phasescope/base/json.h"

namespace phasescope::text {

class Value;
struct CallArguments;

/// A list or, when `is_tuple`, a tuple (which only prints differently).
struct ValueList {
  std::vector<Value> items;
  bool is_tuple = false;
};

/// A mapping in the order of insertion.
struct ValueMap {
  std::vector<std::pair<Value, Value>> entries;

  const Value* find(const Value& key) const;
  const Value* find(const std::string& key) const;
  void set(const Value& key, Value value);
};

/// What {% set ns.x = ... %} may write to.
struct ValueNamespace {
  ValueMap attributes;
};

/// A macro, a global function or a method bound to its object.
struct ValueFunction {
  std::string name;
  std::function<Value(const CallArguments&)> call;
};

/// The name that did not resolve, for the error that using it makes.
struct Undefined {
  std::string name;
};

/// A value of a template, with Python's meaning: what variables hold and expressions give. Lists and maps are
/// shared and never changed once made (namespaces are).
class Value {
 public:
  using List = std::shared_ptr<const ValueList>;
  using Map = std::shared_ptr<const ValueMap>;
  using Namespace = std::shared_ptr<ValueNamespace>;
  using Function = std::shared_ptr<const ValueFunction>;
  using None = std::monostate;

  Value() : data_(None()) {}
  Value(bool value) : data_(value) {}                      // NOLINT: conversions keep evaluation readable
  Value(std::int64_t value) : data_(value) {}              // NOLINT
  Value(double value) : data_(value) {}                    // NOLINT
  Value(std::string value) : data_(std::move(value)) {}    // NOLINT
  Value(const char* value) : data_(std::string(value)) {}  // NOLINT
  Value(Undefined value) : data_(std::move(value)) {}      // NOLINT
  Value(ValueList value) : data_(std::make_shared<const ValueList>(std::move(value))) {}          // NOLINT
  Value(ValueMap value) : data_(std::make_shared<const ValueMap>(std::move(value))) {}            // NOLINT
  Value(Namespace value) : data_(std::move(value)) {}                                             // NOLINT
  Value(ValueFunction value) : data_(std::make_shared<const ValueFunction>(std::move(value))) {}  // NOLINT

  static Value list(std::vector<Value> items) { return ValueList{std::move(items), false}; }
  static Value tuple(std::vector<Value> items) { return ValueList{std::move(items), true}; }
  static Value from_json(const Json& json);

  template <typename Type>
  const Type* as() const {
    return std::get_if<Type>(&data_);
  }
  template <typename Type>
  bool is() const {
    return std::holds_alternative<Type>(data_);
  }
  const ValueList* as_list() const { return is<List>() ? std::get<List>(data_).get() : nullptr; }
  const ValueMap* as_map() const { return is<Map>() ? std::get<Map>(data_).get() : nullptr; }
  bool is_integer() const { return is<std::int64_t>() || is<bool>(); }
  bool is_number() const { return is_integer() || is<double>(); }
  /// Of an integer or a truth value.
  std::int64_t integer() const;
  /// Of any number.
  double number() const;

  /// What the type is called in messages: "str", "int", "dict", ...
  std::string type_name() const;
  bool truth() const;
  /// Python's str(): what {{ }} prints.
  std::string text() const;
  /// Python's repr(): strings in quotes.
  std::string representation() const;

 private:
  std::variant<None, bool, std::int64_t, double, std::string, Undefined, List, Map, Namespace, Function>
      data_;
};

/// Python's ==.
bool operator==(const Value& left, const Value& right);
inline bool operator!=(const Value& left, const Value& right) {
  return !(left == right);
}

/// Python's repr() of a float: the shortest text that reads back as the same number.
std::string python_float(double value);

/// json.dumps with ensure_ascii=False: on one line when `indent` is negative.
std::string python_json(const Value& value, int indent = -1, bool sort_keys = false);

/// What a function is called with.
struct CallArguments {
  std::vector<Value> positional;
  std::vector<std::pair<std::string, Value>> named;

  /// The argument at a place or of a name; null when neither is given.
  const Value* find(std::size_t place, const std::string& name) const;
  Value get(std::size_t place, const std::string& name, Value fallback = Undefined{}) const;
};

}  // namespace phasescope::text
