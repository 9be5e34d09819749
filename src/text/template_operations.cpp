#include "phasescope/text/template_operations.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "phasescope/text/python_text.h"
#include "phasescope/text/template_methods.h"
#include "phasescope/text/unicode.h"

namespace phasescope::text {
namespace {

/// Larger texts and lists than this only come from faulty or hostile templates.
constexpr std::size_t largest_size = 1 << 26;

[[noreturn]] void fail(const std::string& reason) {
  throw std::invalid_argument(reason);
}

void require_defined(const Value& value) {
  if (const auto* undefined = value.as<Undefined>()) fail("'" + undefined->name + "' is undefined");
}

[[noreturn]] void fail_operands(const char* symbol, const Value& left, const Value& right) {
  fail(std::string("unsupported operands for ") + symbol + ": " + left.type_name() + " and " +
       right.type_name());
}

/// An operation of the compiler that tells whether its result fits.
template <typename Operation>
Value checked(Operation&& operation) {
  std::int64_t result = 0;
  if (operation(&result)) fail("an integer is too large");
  return result;
}

Value add_integers(std::int64_t left, std::int64_t right) {
  return checked([=](std::int64_t* result) { return __builtin_add_overflow(left, right, result); });
}

Value subtract_integers(std::int64_t left, std::int64_t right) {
  return checked([=](std::int64_t* result) { return __builtin_sub_overflow(left, right, result); });
}

Value multiply_integers(std::int64_t left, std::int64_t right) {
  return checked([=](std::int64_t* result) { return __builtin_mul_overflow(left, right, result); });
}

ValueList joined(const ValueList& left, const ValueList& right) {
  ValueList result = left;
  result.items.insert(result.items.end(), right.items.begin(), right.items.end());
  return result;
}

Value add(const Value& left, const Value& right) {
  if (left.is_integer() && right.is_integer()) return add_integers(left.integer(), right.integer());
  if (left.is_number() && right.is_number()) return left.number() + right.number();
  if (left.is<std::string>() && right.is<std::string>()) {
    return *left.as<std::string>() + *right.as<std::string>();
  }
  const ValueList* first = left.as_list();
  const ValueList* second = right.as_list();
  if (first != nullptr && second != nullptr && first->is_tuple == second->is_tuple)
    return joined(*first, *second);
  fail_operands("+", left, right);
}

Value repeated(const Value& value, std::int64_t count) {
  const auto times = static_cast<std::size_t>(std::max<std::int64_t>(count, 0));
  const std::size_t size =
      value.is<std::string>() ? value.as<std::string>()->size() : value.as_list()->items.size();
  if (size > 0 && times > largest_size / size) fail("a repetition is too large");
  if (const auto* text = value.as<std::string>()) {
    std::string result;
    for (std::size_t i = 0; i < times; ++i) result += *text;
    return result;
  }
  ValueList result{{}, value.as_list()->is_tuple};
  for (std::size_t i = 0; i < times; ++i) result = joined(result, *value.as_list());
  return result;
}

bool is_sequence(const Value& value) {
  return value.is<std::string>() || value.as_list() != nullptr;
}

Value multiply(const Value& left, const Value& right) {
  if (left.is_integer() && right.is_integer()) return multiply_integers(left.integer(), right.integer());
  if (left.is_number() && right.is_number()) return left.number() * right.number();
  if (is_sequence(left) && right.is_integer()) return repeated(left, right.integer());
  if (left.is_integer() && is_sequence(right)) return repeated(right, left.integer());
  fail_operands("*", left, right);
}

/// Python rounds the quotient down; the remainder has the divisor's sign.
std::int64_t floor_divided(std::int64_t left, std::int64_t right) {
  if (right == 0) fail("division by zero");
  if (left == std::numeric_limits<std::int64_t>::min() && right == -1) fail("an integer is too large");
  return left / right - ((left % right != 0) && ((left < 0) != (right < 0)) ? 1 : 0);
}

double nonzero(const Value& divisor) {
  if (divisor.number() == 0) fail("division by zero");
  return divisor.number();
}

Value floor_divide(const Value& left, const Value& right) {
  if (left.is_integer() && right.is_integer()) return floor_divided(left.integer(), right.integer());
  return std::floor(left.number() / nonzero(right));
}

Value modulo(const Value& left, const Value& right) {
  if (left.is_integer() && right.is_integer()) {
    return left.integer() - floor_divided(left.integer(), right.integer()) * right.integer();
  }
  const double remainder = std::fmod(left.number(), nonzero(right));
  return remainder != 0 && (remainder < 0) != (right.number() < 0) ? remainder + right.number() : remainder;
}

Value power(const Value& left, const Value& right) {
  if (!left.is_integer() || !right.is_integer() || right.integer() < 0) {
    return std::pow(left.number(), right.number());
  }
  Value result = std::int64_t{1};
  if (right.integer() > 64 && std::abs(left.integer()) > 1) fail("an integer is too large");
  for (std::int64_t i = 0; i < std::min<std::int64_t>(right.integer(), 66); ++i)
    result = multiply(result, left);
  return result;
}

Value arithmetic(BinaryOperator operation, const Value& left, const Value& right) {
  if (!left.is_number() || !right.is_number()) {
    if (left.is<std::string>() && operation == BinaryOperator::modulo)
      fail("formatting by % is not supported");
    fail_operands("an arithmetic operator", left, right);
  }
  switch (operation) {
    case BinaryOperator::subtract:
      return left.is_integer() && right.is_integer() ? subtract_integers(left.integer(), right.integer())
                                                     : Value(left.number() - right.number());
    case BinaryOperator::divide:
      return left.number() / nonzero(right);
    case BinaryOperator::floor_divide:
      return floor_divide(left, right);
    case BinaryOperator::modulo:
      return modulo(left, right);
    default:
      return power(left, right);
  }
}

bool contains(const Value& container, const Value& wanted) {
  if (const auto* text = container.as<std::string>()) {
    return text->find(require_text(wanted, "the left side of 'in'")) != std::string::npos;
  }
  if (const ValueMap* map = container.as_map()) {
    if (wanted.as_map() != nullptr || (wanted.as_list() != nullptr && !wanted.as_list()->is_tuple)) {
      fail("a value of type " + wanted.type_name() + " cannot be a key");
    }
    return map->find(wanted) != nullptr;
  }
  const std::vector<Value> items = items_of(container);
  return std::find(items.begin(), items.end(), wanted) != items.end();
}

}  // namespace

std::string require_text(const Value& value, const std::string& what) {
  require_defined(value);
  const auto* text = value.as<std::string>();
  if (text == nullptr) fail(what + " is of type " + value.type_name() + ", not str");
  return *text;
}

std::int64_t require_integer(const Value& value, const std::string& what) {
  require_defined(value);
  if (!value.is_integer()) fail(what + " is of type " + value.type_name() + ", not int");
  return value.integer();
}

Value apply_binary(BinaryOperator operation, const Value& left, const Value& right) {
  if (operation == BinaryOperator::concatenate) return left.text() + right.text();
  require_defined(left);
  require_defined(right);
  if (operation == BinaryOperator::add) return add(left, right);
  if (operation == BinaryOperator::multiply) return multiply(left, right);
  return arithmetic(operation, left, right);
}

bool is_less(const Value& left, const Value& right) {
  require_defined(left);
  require_defined(right);
  if (left.is_number() && right.is_number()) return left.number() < right.number();
  if (left.is<std::string>() && right.is<std::string>()) {
    return *left.as<std::string>() < *right.as<std::string>();
  }
  if (left.as_list() != nullptr && right.as_list() != nullptr) {
    const auto& first = left.as_list()->items;
    const auto& second = right.as_list()->items;
    return std::lexicographical_compare(first.begin(), first.end(), second.begin(), second.end(), is_less);
  }
  fail_operands("<", left, right);
}

bool apply_comparison(ComparisonOperator operation, const Value& left, const Value& right) {
  switch (operation) {
    case ComparisonOperator::equal:
      return left == right;
    case ComparisonOperator::unequal:
      return left != right;
    case ComparisonOperator::less:
      return is_less(left, right);
    case ComparisonOperator::greater:
      return is_less(right, left);
    case ComparisonOperator::less_equal:
      return is_less(left, right) || left == right;
    case ComparisonOperator::greater_equal:
      return is_less(right, left) || left == right;
    case ComparisonOperator::in:
      return contains(right, left);
    default:
      return !contains(right, left);
  }
}

Value negate(const Value& value) {
  require_defined(value);
  if (value.is_integer()) return subtract_integers(0, value.integer());
  if (!value.is_number()) fail("bad operand for unary -: " + value.type_name());
  return -value.number();
}

Value attribute_of(const Value& object, const std::string& name) {
  require_defined(object);
  if (auto method = method_of(object, name)) return std::move(*method);
  if (const auto* space = object.as<Value::Namespace>()) {
    const Value* found = (*space)->attributes.find(name);
    return found == nullptr ? Value(Undefined{name}) : *found;
  }
  return item_of(object, name);
}

Value item_of(const Value& object, const Value& index) {
  require_defined(object);
  Value missing = Undefined{index.text()};
  if (const ValueMap* map = object.as_map()) {
    const Value* found = map->find(index);
    return found == nullptr ? missing : *found;
  }
  if (!is_sequence(object) || !index.is_integer()) return missing;
  const std::int64_t size = length_of(object);
  const std::int64_t place = index.integer() < 0 ? index.integer() + size : index.integer();
  if (place < 0 || place >= size) return missing;
  if (const ValueList* list = object.as_list()) return list->items[static_cast<std::size_t>(place)];
  return python_characters(*object.as<std::string>())[static_cast<std::size_t>(place)];
}

Value slice_of(const Value& object, const Value& start, const Value& stop, const Value& step) {
  require_defined(object);
  const auto bound = [](const Value& value) {
    return value.is<Value::None>() ? std::nullopt
                                   : std::optional<std::int64_t>(require_integer(value, "a slice's bound"));
  };
  const std::int64_t stride = bound(step).value_or(1);
  if (stride == 0) fail("a slice's step is zero");
  if (!is_sequence(object)) fail("a value of type " + object.type_name() + " cannot be sliced");
  const std::vector<Value> items = items_of(object);
  std::vector<Value> taken;
  for (const std::size_t place : python_slice(items.size(), bound(start), bound(stop), stride)) {
    taken.push_back(items[place]);
  }
  if (const ValueList* list = object.as_list()) return ValueList{std::move(taken), list->is_tuple};
  std::string text;
  for (const Value& character : taken) text += *character.as<std::string>();
  return text;
}

std::vector<Value> items_of(const Value& value) {
  if (value.is<Undefined>()) return {};
  if (const ValueList* list = value.as_list()) return list->items;
  std::vector<Value> items;
  if (const ValueMap* map = value.as_map()) {
    for (const auto& [key, item] : map->entries) items.push_back(key);
    return items;
  }
  if (const auto* text = value.as<std::string>()) {
    for (std::string& character : python_characters(*text)) items.emplace_back(std::move(character));
    return items;
  }
  fail("a value of type " + value.type_name() + " cannot be iterated");
}

std::int64_t length_of(const Value& value) {
  if (value.is<Undefined>()) return 0;
  if (const ValueList* list = value.as_list()) return static_cast<std::int64_t>(list->items.size());
  if (const ValueMap* map = value.as_map()) return static_cast<std::int64_t>(map->entries.size());
  if (const auto* text = value.as<std::string>()) return static_cast<std::int64_t>(character_count(*text));
  fail("a value of type " + value.type_name() + " has no length");
}

}  // namespace phasescope::text
