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
  static const std::map<std::string, Test> table = {
      {"defined", [](const Value& value, const CallArguments&) { return !value.is<Undefined>(); }},
      {"undefined", [](const Value& value, const CallArguments&) { return value.is<Undefined>(); }},
      {"none", [](const Value& value, const CallArguments&) { return value.is<Value::None>(); }},
      {"boolean", [](const Value& value, const CallArguments&) { return value.is<bool>(); }},
      {"true", [](const Value& value, const CallArguments&) { return value.is<bool>() && value.truth(); }},
      {"false", [](const Value& value, const CallArguments&) { return value.is<bool>() && !value.truth(); }},
      {"integer", [](const Value& value, const CallArguments&) { return value.is<std::int64_t>(); }},
      {"float", [](const Value& value, const CallArguments&) { return value.is<double>(); }},
      {"number", [](const Value& value, const CallArguments&) { return value.is_number(); }},
      {"string", [](const Value& value, const CallArguments&) { return value.is<std::string>(); }},
      {"mapping", [](const Value& value, const CallArguments&) { return value.as_map() != nullptr; }},
      {"sequence", [](const Value& value, const CallArguments&) { return is_sequence(value); }},
      {"iterable",
       [](const Value& value, const CallArguments&) { return is_sequence(value) || value.is<Undefined>(); }},
      {"callable", [](const Value& value, const CallArguments&) { return value.is<Value::Function>(); }},
      {"odd", [](const Value& value,
                 const CallArguments&) { return remainder(integer_of(value), std::int64_t{2}) == 1; }},
      {"even", [](const Value& value,
                  const CallArguments&) { return remainder(integer_of(value), std::int64_t{2}) == 0; }},
      {"divisibleby",
       [](const Value& value, const CallArguments& arguments) {
         return remainder(integer_of(value), argument(arguments)) == 0;
       }},
      {"lower",
       [](const Value& value, const CallArguments&) {
         return value.text() != python_upper(value.text()) && value.text() == python_lower(value.text());
       }},
      {"upper",
       [](const Value& value, const CallArguments&) {
         return value.text() != python_lower(value.text()) && value.text() == python_upper(value.text());
       }},
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
