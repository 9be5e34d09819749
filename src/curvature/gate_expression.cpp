#include "phasescope/curvature/gate_expression.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <utility>
#include <vector>

#include "phasescope/base/error.h"

namespace phasescope::curvature {
namespace {

using Evaluator = std::function<double(const GateValues&)>;

constexpr int deepest_nesting = 100;

[[noreturn]] void fail(std::string_view text, const std::string& reason, const std::string& expected) {
  throw Error(ExitClass::usage,
              {{}, "expression '" + std::string(text) + "'", std::nullopt, reason, expected});
}

Evaluator binary(Evaluator left, Evaluator right, double (*operation)(double, double)) {
  return [left = std::move(left), right = std::move(right), operation](const GateValues& values) {
    return operation(left(values), right(values));
  };
}

double divided(double a, double b) {
  if (b == 0) throw Error(ExitClass::numerics, "the expression divides by 0");
  return a / b;
}

struct BinaryOperator {
  std::string_view symbol;
  double (*apply)(double, double);
};

// Longer symbols stand before their own beginnings.
constexpr std::array<BinaryOperator, 6> comparisons = {{
    {"<=", [](double a, double b) -> double { return a <= b; }},
    {">=", [](double a, double b) -> double { return a >= b; }},
    {"==", [](double a, double b) -> double { return a == b; }},
    {"!=", [](double a, double b) -> double { return a != b; }},
    {"<", [](double a, double b) -> double { return a < b; }},
    {">", [](double a, double b) -> double { return a > b; }},
}};
constexpr std::array<BinaryOperator, 2> sums = {{
    {"+", [](double a, double b) { return a + b; }},
    {"-", [](double a, double b) { return a - b; }},
}};
constexpr std::array<BinaryOperator, 2> products = {{
    {"*", [](double a, double b) { return a * b; }},
    {"/", divided},
}};

/// One function a level of precedence, from || down to numbers, names and parentheses.
class Parser {
 public:
  Parser(std::string_view text, const GateValues& known) : text_(text), known_(known) {}

  Evaluator whole() {
    Evaluator result = disjunction();
    if (!rest().empty()) unexpected("an operator or the end");
    return result;
  }

 private:
  Evaluator disjunction() {
    Evaluator left = conjunction();
    while (take("||")) {
      left = [left, right = conjunction()](const GateValues& values) -> double {
        return left(values) != 0 || right(values) != 0;
      };
    }
    return left;
  }

  Evaluator conjunction() {
    Evaluator left = comparison();
    while (take("&&")) {
      left = [left, right = comparison()](const GateValues& values) -> double {
        return left(values) != 0 && right(values) != 0;
      };
    }
    return left;
  }

  Evaluator comparison() {
    Evaluator left = sum();
    if (const auto* found = take_one_of(comparisons)) left = binary(left, sum(), found->apply);
    if (take_one_of(comparisons) != nullptr) fail(text_, "comparisons do not chain", "&& between them");
    return left;
  }

  Evaluator sum() {
    Evaluator left = product();
    while (const auto* found = take_one_of(sums)) left = binary(left, product(), found->apply);
    return left;
  }

  Evaluator product() {
    Evaluator left = unary();
    while (const auto* found = take_one_of(products)) left = binary(left, unary(), found->apply);
    return left;
  }

  Evaluator unary() {
    if (++depth_ > deepest_nesting) fail(text_, "nested too deep", "at most 100 levels");
    Evaluator result;
    if (take("-")) {
      result = [inner = unary()](const GateValues& values) { return -inner(values); };
    } else if (take("!")) {
      result = [inner = unary()](const GateValues& values) -> double { return inner(values) == 0; };
    } else {
      result = primary();
    }
    --depth_;
    return result;
  }

  Evaluator primary() {
    if (take("(")) {
      Evaluator inner = disjunction();
      require(")");
      return inner;
    }
    const std::string_view next = rest();
    if (next.empty()) unexpected("a number, a name or (");
    const auto first = static_cast<unsigned char>(next.front());
    if (std::isdigit(first) != 0 || first == '.') return number();
    if (std::isalpha(first) != 0 || first == '_') return name();
    unexpected("a number, a name or (");
  }

  Evaluator number() {
    double value = 0;
    const std::string_view next = rest();
    const auto [end, fault] = std::from_chars(next.data(), next.data() + next.size(), value);
    if (fault != std::errc()) unexpected("a number");
    place_ += static_cast<std::size_t>(end - next.data());
    return [value](const GateValues&) { return value; };
  }

  Evaluator name() {
    const std::string_view next = rest();
    const auto end = std::find_if_not(next.begin(), next.end(), [](unsigned char c) {
      return std::isalnum(c) != 0 || c == '_' || c == '.';
    });
    const std::string word(next.begin(), end);
    place_ += word.size();
    if (take("(")) return call(word);
    if (known_.count(word) == 0) fail(text_, "found the name '" + word + "'", "one of " + known_names());
    return [word](const GateValues& values) {
      const auto found = values.find(word);
      if (found != values.end() && found->second.value) return *found->second.value;
      throw Error(ExitClass::numerics, {{},
                                        word,
                                        std::nullopt,
                                        "undefined" + (found == values.end() || found->second.reason.empty()
                                                           ? std::string()
                                                           : ": " + found->second.reason),
                                        {}});
    };
  }

  Evaluator call(const std::string& function) {
    std::vector<Evaluator> arguments = {disjunction()};
    while (take(",")) arguments.push_back(disjunction());
    require(")");
    if (function == "abs" && arguments.size() == 1) {
      return [inner = arguments.front()](const GateValues& values) { return std::abs(inner(values)); };
    }
    if (function == "min")
      return fold(std::move(arguments), [](double a, double b) { return std::min(a, b); });
    if (function == "max")
      return fold(std::move(arguments), [](double a, double b) { return std::max(a, b); });
    fail(text_, "found " + function + "() with " + std::to_string(arguments.size()) + " arguments",
         "abs(x), min(x, y, ..) or max(x, y, ..)");
  }

  static Evaluator fold(std::vector<Evaluator> arguments, double (*operation)(double, double)) {
    Evaluator result = arguments.front();
    for (std::size_t i = 1; i < arguments.size(); ++i) result = binary(result, arguments[i], operation);
    return result;
  }

  std::string_view rest() {
    while (place_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[place_])) != 0) ++place_;
    return text_.substr(place_);
  }

  bool take(std::string_view symbol) {
    if (rest().substr(0, symbol.size()) != symbol) return false;
    place_ += symbol.size();
    return true;
  }

  template <std::size_t N>
  const BinaryOperator* take_one_of(const std::array<BinaryOperator, N>& operators) {
    for (const BinaryOperator& candidate : operators) {
      if (take(candidate.symbol)) return &candidate;
    }
    return nullptr;
  }

  void require(std::string_view symbol) {
    if (!take(symbol)) unexpected(std::string(symbol));
  }

  [[noreturn]] void unexpected(const std::string& expected) {
    const std::string_view found = rest();
    fail(text_,
         "found " + (found.empty() ? std::string("the end") : "'" + std::string(found.substr(0, 12)) + "'") +
             " at character " + std::to_string(place_ + 1),
         expected);
  }

  std::string known_names() const {
    std::string names;
    for (const auto& [name, value] : known_) names += (names.empty() ? "" : ", ") + name;
    return names;
  }

  std::string_view text_;
  const GateValues& known_;
  std::size_t place_ = 0;
  int depth_ = 0;
};

}  // namespace

GateExpression::GateExpression(std::string_view text, const GateValues& known)
    : evaluate_(Parser(text, known).whole()) {}

}  // namespace phasescope::curvature
