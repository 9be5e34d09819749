#include "phasescope/text/template_parser.h"

#include <initializer_list>
#include <utility>

#include "phasescope/text/template_expression_parser.h"
#include "phasescope/text/template_lexer.h"
#include "phasescope/text/token_reader.h"

namespace phasescope::text {
namespace {

using Kind = TemplateToken::Kind;

constexpr int deepest_nesting = 100;

class StatementParser {
 public:
  StatementParser(std::vector<TemplateToken> tokens, const std::string& file)
      : tokens_(std::move(tokens), file), expressions_(tokens_) {}

  Body parse() {
    Body body = parse_body({});
    if (!tokens_.at(Kind::end)) tokens_.fail("unexpected {% " + tokens_.ahead().text + " %}");
    return body;
  }

 private:
  /// Statements up to a block whose name is one of `ends`, which is left, or up to the end.
  Body parse_body(std::initializer_list<std::string_view> ends) {
    if (++depth_ > deepest_nesting) tokens_.fail("statements are nested too deeply");
    Body body;
    while (!tokens_.at(Kind::end) && !at_block(ends)) body.push_back(parse_statement());
    if (tokens_.at(Kind::end) && ends.size() > 0) {
      tokens_.fail("{% " + std::string(*(ends.end() - 1)) + " %} is missing");
    }
    --depth_;
    return body;
  }

  bool at_block(std::initializer_list<std::string_view> names) const {
    if (!tokens_.at(Kind::block_begin)) return false;
    for (const std::string_view name : names) {
      if (tokens_.ahead().text == name) return true;
    }
    const std::string& name = tokens_.ahead().text;
    return name.rfind("end", 0) == 0 || name == "else" || name == "elif";
  }

  /// Takes {% name %}.
  void expect_block(std::string_view name) {
    tokens_.expect(Kind::block_begin, "{% " + std::string(name) + " %}");
    tokens_.expect_name(name);
    end_block();
  }

  void end_block() { tokens_.expect(Kind::block_end, "%}"); }

  Statement parse_statement() {
    const std::uint64_t line = tokens_.current().line;
    if (tokens_.at(Kind::data)) return {line, TextStatement{tokens_.take().text}};
    if (tokens_.at(Kind::block_begin)) return parse_block(line);
    tokens_.expect(Kind::expression_begin, "{{");
    ExpressionPtr value = expressions_.parse_tuple();
    tokens_.expect(Kind::expression_end, "}}");
    return {line, OutputStatement{std::move(value)}};
  }

  Statement parse_block(std::uint64_t line) {
    tokens_.take();
    const std::string name = tokens_.expect_any_name("the name of a statement");
    if (name == "if") return {line, parse_if()};
    if (name == "for") return {line, parse_for()};
    if (name == "set") return parse_set(line);
    if (name == "macro") return {line, parse_macro()};
    if (name == "generation") return {line, parse_generation()};
    if (name == "break") return parse_loop_control(line, BreakStatement());
    if (name == "continue") return parse_loop_control(line, ContinueStatement());
    tokens_.fail("statement \"" + name + "\" is not supported");
  }

  template <typename Control>
  Statement parse_loop_control(std::uint64_t line, Control control) {
    if (loops_ == 0) tokens_.fail("a loop control outside of a loop");
    end_block();
    return {line, control};
  }

  IfStatement::Branch parse_branch() {
    ExpressionPtr condition = expressions_.parse_tuple(false);
    end_block();
    return {std::move(condition), parse_body({"elif", "else", "endif"})};
  }

  IfStatement parse_if() {
    IfStatement statement;
    statement.branches.push_back(parse_branch());
    while (at_block_named("elif")) {
      tokens_.take();
      tokens_.take();
      statement.branches.push_back(parse_branch());
    }
    statement.otherwise = parse_else("endif");
    expect_block("endif");
    return statement;
  }

  bool at_block_named(std::string_view name) const {
    return tokens_.at(Kind::block_begin) && tokens_.ahead().text == name;
  }

  Body parse_else(std::string_view end) {
    if (!at_block_named("else")) return {};
    expect_block("else");
    return parse_body({end});
  }

  AssignmentTarget::Place parse_place(bool with_namespace) {
    AssignmentTarget::Place place{tokens_.expect_any_name("the name of a variable"), ""};
    if (with_namespace && tokens_.skip_symbol(".")) place.attribute = tokens_.expect_any_name("an attribute");
    return place;
  }

  AssignmentTarget parse_target(bool with_namespace) {
    const bool in_parentheses = tokens_.skip_symbol("(");
    AssignmentTarget target{{parse_place(with_namespace)}, false};
    while (tokens_.skip_symbol(",")) {
      target.unpacks = true;
      if (tokens_.at(Kind::name) && !tokens_.at_name("in"))
        target.places.push_back(parse_place(with_namespace));
    }
    if (in_parentheses) tokens_.expect_symbol(")");
    return target;
  }

  ForStatement parse_for() {
    ForStatement statement;
    statement.target = parse_target(false);
    tokens_.expect_name("in");
    statement.items = expressions_.parse_tuple(false);
    if (tokens_.skip_name("if")) statement.condition = expressions_.parse();
    if (tokens_.at_name("recursive")) tokens_.fail("recursive loops are not supported");
    end_block();
    ++loops_;
    statement.body = parse_body({"else", "endfor"});
    --loops_;
    statement.otherwise = parse_else("endfor");
    expect_block("endfor");
    return statement;
  }

  Statement parse_set(std::uint64_t line) {
    AssignmentTarget target = parse_target(true);
    if (tokens_.skip_symbol("=")) {
      ExpressionPtr value = expressions_.parse_tuple();
      end_block();
      return {line, SetStatement{std::move(target), std::move(value)}};
    }
    ExpressionPtr filters;
    while (tokens_.skip_symbol("|")) filters = expressions_.parse_filter(std::move(filters));
    end_block();
    Body body = parse_body({"endset"});
    expect_block("endset");
    return {line, CaptureStatement{std::move(target), std::move(filters), std::move(body)}};
  }

  MacroStatement parse_macro() {
    MacroStatement statement;
    statement.name = tokens_.expect_any_name("the name of a macro");
    tokens_.expect_symbol("(");
    while (!tokens_.at_symbol(")")) {
      if (!statement.parameters.empty()) tokens_.expect_symbol(",");
      std::string name = tokens_.expect_any_name("the name of a parameter");
      ExpressionPtr fallback = tokens_.skip_symbol("=") ? expressions_.parse() : nullptr;
      statement.parameters.push_back({std::move(name), std::move(fallback)});
    }
    tokens_.expect_symbol(")");
    end_block();
    const int outer_loops = std::exchange(loops_, 0);
    statement.body = parse_body({"endmacro"});
    loops_ = outer_loops;
    expect_block("endmacro");
    return statement;
  }

  GenerationStatement parse_generation() {
    end_block();
    Body body = parse_body({"endgeneration"});
    expect_block("endgeneration");
    return {std::move(body)};
  }

  TokenReader tokens_;
  ExpressionParser expressions_;
  int depth_ = 0;
  int loops_ = 0;
};

}  // namespace

Body parse_template(std::string_view source, const std::string& file) {
  return StatementParser(lex_template(source, file), file).parse();
}

}  // namespace phasescope::text
