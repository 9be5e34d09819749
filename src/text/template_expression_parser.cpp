#include "phasescope/text/template_expression_parser.h"

#include <charconv>
#include <utility>

#include "phasescope/text/template_filters.h"
#include "phasescope/text/template_tests.h"

namespace phasescope::text {
namespace {

/// Far more than any template nests; keeps hostile ones from exhausting the stack.
constexpr int deepest_nesting = 100;

template <typename Node>
ExpressionPtr make(std::uint64_t line, Node node) {
  return std::make_unique<const Expression>(Expression{line, std::move(node)});
}

}  // namespace

ExpressionPtr ExpressionParser::parse() {
  if (++depth_ > deepest_nesting) tokens_.fail("expressions are nested too deeply");
  ExpressionPtr value = parse_or();
  while (tokens_.at_name("if")) {
    const std::uint64_t line = tokens_.take().line;
    ExpressionPtr condition = parse_or();
    ExpressionPtr otherwise = tokens_.skip_name("else") ? parse() : nullptr;
    value = make(line, ConditionalNode{std::move(condition), std::move(value), std::move(otherwise)});
  }
  --depth_;
  return value;
}

ExpressionPtr ExpressionParser::parse_tuple(bool with_condition) {
  const std::uint64_t line = tokens_.current().line;
  std::vector<ExpressionPtr> items;
  items.push_back(with_condition ? parse() : parse_or());
  bool has_comma = false;
  while (tokens_.skip_symbol(",")) {
    has_comma = true;
    if (tokens_.at(TokenReader::Kind::block_end) || tokens_.at(TokenReader::Kind::expression_end) ||
        tokens_.at_symbol(")")) {
      break;
    }
    items.push_back(with_condition ? parse() : parse_or());
  }
  return has_comma ? make(line, ListNode{std::move(items), true}) : std::move(items.front());
}

ExpressionPtr ExpressionParser::parse_or() {
  ExpressionPtr left = parse_and();
  while (tokens_.at_name("or")) {
    const std::uint64_t line = tokens_.take().line;
    left = make(line, BinaryNode{BinaryOperator::logical_or, std::move(left), parse_and()});
  }
  return left;
}

ExpressionPtr ExpressionParser::parse_and() {
  ExpressionPtr left = parse_not();
  while (tokens_.at_name("and")) {
    const std::uint64_t line = tokens_.take().line;
    left = make(line, BinaryNode{BinaryOperator::logical_and, std::move(left), parse_not()});
  }
  return left;
}

ExpressionPtr ExpressionParser::parse_not() {
  if (!tokens_.at_name("not")) return parse_comparison();
  if (++depth_ > deepest_nesting) tokens_.fail("expressions are nested too deeply");
  const std::uint64_t line = tokens_.take().line;
  ExpressionPtr operand = parse_not();
  --depth_;
  return make(line, NotNode{std::move(operand)});
}

namespace {

std::optional<ComparisonOperator> take_comparison(TokenReader& tokens) {
  static constexpr std::pair<std::string_view, ComparisonOperator> symbols[] = {
      {"==", ComparisonOperator::equal},      {"!=", ComparisonOperator::unequal},
      {"<=", ComparisonOperator::less_equal}, {">=", ComparisonOperator::greater_equal},
      {"<", ComparisonOperator::less},        {">", ComparisonOperator::greater}};
  for (const auto& [symbol, operation] : symbols) {
    if (tokens.skip_symbol(symbol)) return operation;
  }
  if (tokens.skip_name("in")) return ComparisonOperator::in;
  if (!tokens.at_name("not") || tokens.ahead().kind != TokenReader::Kind::name ||
      tokens.ahead().text != "in") {
    return std::nullopt;
  }
  tokens.take();
  tokens.take();
  return ComparisonOperator::not_in;
}

/// Takes one of these operator symbols.
std::optional<BinaryOperator> take_operator(
    TokenReader& tokens, std::initializer_list<std::pair<std::string_view, BinaryOperator>> symbols) {
  for (const auto& [symbol, operation] : symbols) {
    if (tokens.skip_symbol(symbol)) return operation;
  }
  return std::nullopt;
}

}  // namespace

ExpressionPtr ExpressionParser::parse_comparison() {
  const std::uint64_t line = tokens_.current().line;
  ExpressionPtr first = parse_sum();
  std::vector<std::pair<ComparisonOperator, ExpressionPtr>> rest;
  while (const auto operation = take_comparison(tokens_)) rest.emplace_back(*operation, parse_sum());
  return rest.empty() ? std::move(first) : make(line, ComparisonNode{std::move(first), std::move(rest)});
}

ExpressionPtr ExpressionParser::parse_sum() {
  const std::uint64_t line = tokens_.current().line;
  ExpressionPtr left = parse_concatenation();
  while (const auto operation =
             take_operator(tokens_, {{"+", BinaryOperator::add}, {"-", BinaryOperator::subtract}})) {
    left = make(line, BinaryNode{*operation, std::move(left), parse_concatenation()});
  }
  return left;
}

ExpressionPtr ExpressionParser::parse_concatenation() {
  const std::uint64_t line = tokens_.current().line;
  ExpressionPtr left = parse_product();
  while (tokens_.skip_symbol("~")) {
    left = make(line, BinaryNode{BinaryOperator::concatenate, std::move(left), parse_product()});
  }
  return left;
}

ExpressionPtr ExpressionParser::parse_product() {
  const std::uint64_t line = tokens_.current().line;
  ExpressionPtr left = parse_power();
  while (const auto operation = take_operator(tokens_, {{"*", BinaryOperator::multiply},
                                                        {"//", BinaryOperator::floor_divide},
                                                        {"/", BinaryOperator::divide},
                                                        {"%", BinaryOperator::modulo}})) {
    left = make(line, BinaryNode{*operation, std::move(left), parse_power()});
  }
  return left;
}

ExpressionPtr ExpressionParser::parse_power() {
  const std::uint64_t line = tokens_.current().line;
  ExpressionPtr left = parse_unary(true);
  while (tokens_.skip_symbol("**")) {
    left = make(line, BinaryNode{BinaryOperator::power, std::move(left), parse_unary(true)});
  }
  return left;
}

ExpressionPtr ExpressionParser::parse_unary(bool with_filters) {
  if (++depth_ > deepest_nesting) tokens_.fail("expressions are nested too deeply");
  const std::uint64_t line = tokens_.current().line;
  ExpressionPtr value;
  if (tokens_.skip_symbol("-")) {
    value = make(line, SignNode{parse_unary(false), true});
  } else if (tokens_.skip_symbol("+")) {
    value = make(line, SignNode{parse_unary(false), false});
  } else {
    value = parse_primary();
  }
  value = parse_postfix(std::move(value));
  if (with_filters) value = parse_filters_and_tests(std::move(value));
  --depth_;
  return value;
}

ExpressionPtr ExpressionParser::parse_primary() {
  switch (tokens_.current().kind) {
    case TokenReader::Kind::name:
      return parse_name();
    case TokenReader::Kind::string:
      return parse_strings();
    case TokenReader::Kind::integer:
    case TokenReader::Kind::floating:
      return parse_number();
    default:
      break;
  }
  if (tokens_.at_symbol("(")) return parse_parentheses();
  if (tokens_.at_symbol("[")) return parse_list();
  if (tokens_.at_symbol("{")) return parse_map();
  tokens_.fail_unexpected("an expression");
}

ExpressionPtr ExpressionParser::parse_name() {
  const TemplateToken token = tokens_.take();
  if (token.text == "true" || token.text == "True") return make(token.line, LiteralNode{true});
  if (token.text == "false" || token.text == "False") return make(token.line, LiteralNode{false});
  if (token.text == "none" || token.text == "None") return make(token.line, LiteralNode{Value()});
  return make(token.line, NameNode{token.text});
}

/// Neighbouring strings are one.
ExpressionPtr ExpressionParser::parse_strings() {
  const std::uint64_t line = tokens_.current().line;
  std::string text;
  while (tokens_.at(TokenReader::Kind::string)) text += tokens_.take().text;
  return make(line, LiteralNode{std::move(text)});
}

namespace {

template <typename Number>
Value parse_digits(TokenReader& tokens, const std::string& digits) {
  Number value{};
  const char* end = digits.data() + digits.size();
  const auto result = std::from_chars(digits.data(), end, value);
  if (result.ec != std::errc() || result.ptr != end) tokens.fail("the number " + digits + " is too large");
  return value;
}

}  // namespace

ExpressionPtr ExpressionParser::parse_number() {
  const TemplateToken token = tokens_.take();
  return make(token.line, LiteralNode{token.kind == TokenReader::Kind::integer
                                          ? parse_digits<std::int64_t>(tokens_, token.text)
                                          : parse_digits<double>(tokens_, token.text)});
}

ExpressionPtr ExpressionParser::parse_parentheses() {
  const std::uint64_t line = tokens_.take().line;
  if (tokens_.skip_symbol(")")) return make(line, ListNode{{}, true});
  ExpressionPtr value = parse_tuple();
  tokens_.expect_symbol(")");
  return value;
}

ExpressionPtr ExpressionParser::parse_list() {
  const std::uint64_t line = tokens_.take().line;
  std::vector<ExpressionPtr> items;
  while (!tokens_.at_symbol("]")) {
    if (!items.empty()) tokens_.expect_symbol(",");
    if (tokens_.at_symbol("]")) break;
    items.push_back(parse());
  }
  tokens_.expect_symbol("]");
  return make(line, ListNode{std::move(items), false});
}

ExpressionPtr ExpressionParser::parse_map() {
  const std::uint64_t line = tokens_.take().line;
  std::vector<std::pair<ExpressionPtr, ExpressionPtr>> entries;
  while (!tokens_.at_symbol("}")) {
    if (!entries.empty()) tokens_.expect_symbol(",");
    if (tokens_.at_symbol("}")) break;
    ExpressionPtr key = parse();
    tokens_.expect_symbol(":");
    entries.emplace_back(std::move(key), parse());
  }
  tokens_.expect_symbol("}");
  return make(line, MapNode{std::move(entries)});
}

ExpressionPtr ExpressionParser::parse_postfix(ExpressionPtr object) {
  for (;;) {
    if (tokens_.at_symbol(".")) {
      object = parse_attribute(std::move(object));
    } else if (tokens_.at_symbol("[")) {
      object = parse_subscript(std::move(object));
    } else if (tokens_.at_symbol("(")) {
      object = parse_call(std::move(object));
    } else {
      return object;
    }
  }
}

ExpressionPtr ExpressionParser::parse_attribute(ExpressionPtr object) {
  const std::uint64_t line = tokens_.take().line;
  if (tokens_.at(TokenReader::Kind::integer)) return make(line, ItemNode{std::move(object), parse_number()});
  return make(line, AttributeNode{std::move(object), tokens_.expect_any_name("the name of an attribute")});
}

ExpressionPtr ExpressionParser::parse_subscript(ExpressionPtr object) {
  const std::uint64_t line = tokens_.take().line;
  ExpressionPtr index = tokens_.at_symbol(":") ? nullptr : parse_tuple();
  if (tokens_.at_symbol(":")) return parse_slice(std::move(object), std::move(index));
  tokens_.expect_symbol("]");
  return make(line, ItemNode{std::move(object), std::move(index)});
}

ExpressionPtr ExpressionParser::parse_slice(ExpressionPtr object, ExpressionPtr start) {
  const std::uint64_t line = tokens_.current().line;
  const auto next_bound = [&]() -> ExpressionPtr {
    if (!tokens_.skip_symbol(":") || tokens_.at_symbol(":") || tokens_.at_symbol("]")) return nullptr;
    return parse();
  };
  ExpressionPtr stop = next_bound();
  ExpressionPtr step = next_bound();
  tokens_.expect_symbol("]");
  return make(line, SliceNode{std::move(object), std::move(start), std::move(stop), std::move(step)});
}

ExpressionPtr ExpressionParser::parse_call(ExpressionPtr callee) {
  const std::uint64_t line = tokens_.current().line;
  return make(line, CallNode{std::move(callee), parse_arguments()});
}

ArgumentList ExpressionParser::parse_arguments() {
  ArgumentList arguments;
  tokens_.expect_symbol("(");
  while (!tokens_.at_symbol(")")) {
    if (tokens_.at_symbol("*") || tokens_.at_symbol("**"))
      tokens_.fail("unpacked arguments are not supported");
    const bool is_named = tokens_.at(TokenReader::Kind::name) &&
                          tokens_.ahead().kind == TokenReader::Kind::symbol && tokens_.ahead().text == "=";
    if (is_named) {
      std::string name = tokens_.take().text;
      tokens_.take();
      arguments.named.emplace_back(std::move(name), parse());
    } else {
      arguments.positional.push_back(parse());
    }
    if (!tokens_.at_symbol(")")) tokens_.expect_symbol(",");
  }
  tokens_.expect_symbol(")");
  return arguments;
}

ExpressionPtr ExpressionParser::parse_filters_and_tests(ExpressionPtr input) {
  for (;;) {
    if (tokens_.skip_symbol("|")) {
      input = parse_filter(std::move(input));
    } else if (tokens_.at_name("is")) {
      input = parse_test(std::move(input));
    } else if (tokens_.at_symbol("(")) {
      input = parse_call(std::move(input));
    } else {
      return input;
    }
  }
}

std::string ExpressionParser::parse_dotted_name(const std::string& what) {
  std::string name = tokens_.expect_any_name(what);
  while (tokens_.skip_symbol(".")) name += "." + tokens_.expect_any_name(what);
  return name;
}

ExpressionPtr ExpressionParser::parse_filter(ExpressionPtr input) {
  const std::uint64_t line = tokens_.current().line;
  std::string name = parse_dotted_name("the name of a filter");
  if (!is_template_filter(name)) tokens_.fail("filter \"" + name + "\" is not supported");
  ArgumentList arguments = tokens_.at_symbol("(") ? parse_arguments() : ArgumentList();
  return make(line, FilterNode{std::move(input), std::move(name), std::move(arguments)});
}

/// A test may take one argument without parentheses: x is divisibleby 3.
bool ExpressionParser::at_test_argument() const {
  switch (tokens_.current().kind) {
    case TokenReader::Kind::string:
    case TokenReader::Kind::integer:
    case TokenReader::Kind::floating:
      return true;
    case TokenReader::Kind::symbol:
      return tokens_.at_symbol("[") || tokens_.at_symbol("{");
    case TokenReader::Kind::name:
      for (const char* word : {"else", "or", "and", "is", "if", "in", "not"}) {
        if (tokens_.at_name(word)) return false;
      }
      return true;
    default:
      return false;
  }
}

ExpressionPtr ExpressionParser::parse_test(ExpressionPtr input) {
  const std::uint64_t line = tokens_.take().line;
  const bool negated = tokens_.skip_name("not");
  std::string name = parse_dotted_name("the name of a test");
  if (!is_template_test(name)) tokens_.fail("test \"" + name + "\" is not supported");
  ArgumentList arguments;
  if (tokens_.at_symbol("(")) {
    arguments = parse_arguments();
  } else if (at_test_argument()) {
    arguments.positional.push_back(parse_postfix(parse_primary()));
  }
  ExpressionPtr test = make(line, TestNode{std::move(input), std::move(name), std::move(arguments)});
  return negated ? make(line, NotNode{std::move(test)}) : std::move(test);
}

}  // namespace phasescope::text
