#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

  /// Throw input_file errors with the line of the current token.
  [[noreturn]] void fail(const std::string& reason) const;
  [[noreturn]] void fail_unexpected(const std::string& expected) const;

 private:
  std::vector<TemplateToken> tokens_;
  std::string file_;
  std::size_t place_ = 0;
};

}  // namespace phasescope::text
