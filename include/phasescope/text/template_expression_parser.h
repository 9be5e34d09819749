#pragma once

#include <string>

#include "phasescope/text/template_ast.h"
#include "phasescope/text/token_reader.h"

namespace phasescope::text {

/// Parses expressions, by precedence climbing as Jinja's own grammar is laid out.
class ExpressionParser {
 public:
  explicit ExpressionParser(TokenReader& tokens) : tokens_(tokens) {}

  /// A whole expression, with `a if b else c`.
  ExpressionPtr parse();
  /// The same without `if`, as between `in` and the filter of a loop.
  ExpressionPtr parse_without_condition() { return parse_or(); }
  /// One or more expressions with commas between: a tuple when there is a comma.
  ExpressionPtr parse_tuple(bool with_condition = true);
  /// filter | filter(...): a chain on `input`.
  ExpressionPtr parse_filter(ExpressionPtr input);

 private:
  ExpressionPtr parse_or();
  ExpressionPtr parse_and();
  ExpressionPtr parse_not();
  ExpressionPtr parse_comparison();
  ExpressionPtr parse_sum();
  ExpressionPtr parse_concatenation();
  ExpressionPtr parse_product();
  ExpressionPtr parse_power();
  ExpressionPtr parse_unary(bool with_filters);
  ExpressionPtr parse_primary();
  ExpressionPtr parse_name();
  ExpressionPtr parse_strings();
  ExpressionPtr parse_number();
  ExpressionPtr parse_parentheses();
  ExpressionPtr parse_list();
  ExpressionPtr parse_map();
  ExpressionPtr parse_postfix(ExpressionPtr object);
  ExpressionPtr parse_attribute(ExpressionPtr object);
  ExpressionPtr parse_subscript(ExpressionPtr object);
  ExpressionPtr parse_slice(ExpressionPtr object, ExpressionPtr start);
  ExpressionPtr parse_call(ExpressionPtr callee);
  ExpressionPtr parse_filters_and_tests(ExpressionPtr input);
  ExpressionPtr parse_test(ExpressionPtr input);
  bool at_test_argument() const;
  ArgumentList parse_arguments();
  std::string parse_dotted_name(const std::string& what);

  TokenReader& tokens_;
  int depth_ = 0;
};

}  // namespace phasescope::text
