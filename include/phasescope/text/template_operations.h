#pragma once

#include <string>
#include <vector>

#include "phasescope/text/template_ast.h"
#include "phasescope/text/template_value.h"

namespace phasescope::text {

// What Python's operators and Jinja's lookups do with values. All throw std::invalid_argument with a reason
// where they raise an error.

Value apply_binary(BinaryOperator operation, const Value& left, const Value& right);
bool apply_comparison(ComparisonOperator operation, const Value& left, const Value& right);
/// Python's <, which orders numbers, strings and lists, each among themselves.
bool is_less(const Value& left, const Value& right);
Value negate(const Value& value);

/// object.name and object[index]: Undefined where there is none.
Value attribute_of(const Value& object, const std::string& name);
Value item_of(const Value& object, const Value& index);
/// object[start:stop:step]; None where a bound is left out.
Value slice_of(const Value& object, const Value& start, const Value& stop, const Value& step);

/// What a for loop goes through: the items of a list, the keys of a map, the characters of a string; nothing
/// when undefined.
std::vector<Value> items_of(const Value& value);
/// len()
std::int64_t length_of(const Value& value);

/// A text that must be one.
std::string require_text(const Value& value, const std::string& what);
std::int64_t require_integer(const Value& value, const std::string& what);

}  // namespace phasescope::text
