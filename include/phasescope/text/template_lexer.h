#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace phasescope::text {

/// A token of a template. `data` is text outside of tags; what stands within {{ }} and {% %} is split
/// further.
struct TemplateToken {
  enum class Kind {
    data,
    expression_begin,
    expression_end,
    block_begin,
    block_end,
    name,
    string,
    integer,
    floating,
    symbol,
    end
  };
  Kind kind;
  std::string text;  ///< a string's value; the characters of the others
  std::uint64_t line;
};

/// Splits a Jinja template as Jinja 3.1 does with trim_blocks and lstrip_blocks, the settings of chat
/// templates: the line break behind a block or comment goes, and the white space before one that begins a
/// line. Comments and the white space that - signs ask to remove are left out; {% raw %} becomes data.
/// Errors: input_file with the line.
std::vector<TemplateToken> lex_template(std::string_view source, const std::string& file);

}  // namespace phasescope::text
