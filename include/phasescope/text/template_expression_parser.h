#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "phasescope/text/template_ast.h"
#include "phasescope/text/template_lexer.h"

namespace phasescope::text {

/// The tokens of a template with a place in them: what both halves of the parser read from.
class TokenReader {
 public:
  using Kind = TemplateToken::Kind;

  TokenReader(std::vector<TemplateToken> tokens, std::string file)
      : tokens_(std::move(tokens)), file_(std::move(file)) {}

  const TemplateToken& current() const { return tokens_[place_]; }
  const TemplateToken& ahead() const { return tokens_[place_ + 1 < tokens_.size() ? place_ + 1 : place_]; }
  TemplateToken take() { return tokens_[place_ + 1 < tokens_.size() ? place_++ : place_]; }

  bool at(Kind kind) const { return current().kind == kind; }
  bool at_symbol(std::string_view symbol) const { return at(Kind::symbol) && current().text == symbol; }
  bool at_name(std::string_view name) const { return at(Kind::name) && current().text == name; }
  bool skip_symbol(std::string_view symbol);
  bool skip_name(std::string_view name);
  void expect(Kind kind, const std::string& what);
  void expect_symbol(std::string_view symbol);
  void expect_name(std::string_view name);
  std::string expect_any_name(const std::string& what);

  [[noreturn]] void fail(const std::string& reason) const;
  [[noreturn]] void fail_unexpected(const std::string& expected) const;

 private:
  std::vector<TemplateToken> tokens_;
  std::string file_;
  std::size_t place_ = 0;
};

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
