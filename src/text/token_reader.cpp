#include "phasescope/text/token_reader.h"

#include "phasescope/base/error.h"

namespace phasescope::text {
namespace {

std::string described(const TemplateToken& token) {
  switch (token.kind) {
    case TemplateToken::Kind::end:
      return "the end";
    case TemplateToken::Kind::block_end:
      return "%}";
    case TemplateToken::Kind::expression_end:
      return "}}";
    default:
      return "'" + token.text + "'";
  }
}

}  // namespace

bool TokenReader::skip_symbol(std::string_view symbol) {
  const bool found = at_symbol(symbol);
  if (found) take();
  return found;
}

bool TokenReader::skip_name(std::string_view name) {
  const bool found = at_name(name);
  if (found) take();
  return found;
}

void TokenReader::expect(Kind kind, const std::string& what) {
  if (!at(kind)) fail_unexpected(what);
  take();
}

void TokenReader::expect_symbol(std::string_view symbol) {
  if (!skip_symbol(symbol)) fail_unexpected("'" + std::string(symbol) + "'");
}

void TokenReader::expect_name(std::string_view name) {
  if (!skip_name(name)) fail_unexpected("'" + std::string(name) + "'");
}

std::string TokenReader::expect_any_name(const std::string& what) {
  if (!at(Kind::name)) fail_unexpected(what);
  return take().text;
}

void TokenReader::fail(const std::string& reason) const {
  throw_input_error(file_, "chat template", reason, {}, at_line(current().line));
}

void TokenReader::fail_unexpected(const std::string& expected) const {
  throw_input_error(file_, "chat template", "found " + described(current()), expected,
                    at_line(current().line));
}

}  // namespace phasescope::text
