#include "phasescope/text/template_tests.h"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "phasescope/text/python_text.h"
#include "phasescope/text/template_operations.h"

namespace phasescope::text {
namespace {

using Test = bool (*)(const Value&, const CallArguments&);

const Value& argument(const CallArguments& arguments) {
  if (arguments.positional.empty()) throw std::invalid_argument("a test lacks its argument");
  return arguments.positional.front();
}

std::int64_t integer_of(const Value& value) {
  return require_integer(value, "the tested value");
}

std::int64_t remainder(const Value& value, const Value& divisor) {
  return apply_binary(BinaryOperator::modulo, value, divisor).integer();
}

template <ComparisonOperator operation>
bool compares(const Value& value, const CallArguments& arguments) {
  return apply_comparison(operation, value, argument(arguments));
}

/// The very same object; equal values of a simple type are.
bool is_same(const Value& value, const CallArguments& arguments) {
  const Value& other = argument(arguments);
  return value.type_name() == other.type_name() && value == other;
}

bool is_sequence(const Value& value) {
  return value.is<std::string>() || value.as_list() != nullptr || value.as_map() != nullptr;
}

const std::map<std::string, Test>& tests() {
  using V = const Value&;
  using A = const CallArguments&;
  static const std::map<std::string, Test> table = {
      {"defined", [](V v, A) { return !v.is<Undefined>(); }},
      {"undefined", [](V v, A) { return v.is<Undefined>(); }},
      {"none", [](V v, A) { return v.is<Value::None>(); }},
      {"boolean", [](V v, A) { return v.is<bool>(); }},
      {"true", [](V v, A) { return v.is<bool>() && v.truth(); }},
      {"false", [](V v, A) { return v.is<bool>() && !v.truth(); }},
      {"integer", [](V v, A) { return v.is<std::int64_t>(); }},
      {"float", [](V v, A) { return v.is<double>(); }},
      {"number", [](V v, A) { return v.is_number(); }},
      {"string", [](V v, A) { return v.is<std::string>(); }},
      {"mapping", [](V v, A) { return v.as_map() != nullptr; }},
      {"sequence", [](V v, A) { return is_sequence(v); }},
      {"iterable", [](V v, A) { return is_sequence(v) || v.is<Undefined>(); }},
      {"callable", [](V v, A) { return v.is<Value::Function>(); }},
      {"odd", [](V v, A) { return remainder(integer_of(v), std::int64_t{2}) == 1; }},
      {"even", [](V v, A) { return remainder(integer_of(v), std::int64_t{2}) == 0; }},
      {"divisibleby", [](V v, A a) { return remainder(integer_of(v), argument(a)) == 0; }},
      {"lower",
       [](V v, A) { return v.text() != python_upper(v.text()) && v.text() == python_lower(v.text()); }},
      {"upper",
       [](V v, A) { return v.text() != python_lower(v.text()) && v.text() == python_upper(v.text()); }},
      {"in", compares<ComparisonOperator::in>},
      {"sameas", is_same},
      {"eq", compares<ComparisonOperator::equal>},
      {"equalto", compares<ComparisonOperator::equal>},
      {"==", compares<ComparisonOperator::equal>},
      {"ne", compares<ComparisonOperator::unequal>},
      {"!=", compares<ComparisonOperator::unequal>},
      {"lt", compares<ComparisonOperator::less>},
      {"lessthan", compares<ComparisonOperator::less>},
      {"<", compares<ComparisonOperator::less>},
      {"le", compares<ComparisonOperator::less_equal>},
      {"<=", compares<ComparisonOperator::less_equal>},
      {"gt", compares<ComparisonOperator::greater>},
      {"greaterthan", compares<ComparisonOperator::greater>},
      {">", compares<ComparisonOperator::greater>},
      {"ge", compares<ComparisonOperator::greater_equal>},
      {">=", compares<ComparisonOperator::greater_equal>},
  };
  return table;
}

}  // namespace

bool is_template_test(const std::string& name) {
  return tests().count(name) > 0;
}

bool apply_template_test(const std::string& name, const Value& input, const CallArguments& arguments) {
  const auto found = tests().find(name);
  if (found == tests().end()) throw std::invalid_argument("test \"" + name + "\" is not supported");
  return found->second(input, arguments);
}

}  // namespace phasescope::text
