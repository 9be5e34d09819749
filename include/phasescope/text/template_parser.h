#pragma once

#include <string>
#include <string_view>

#include "phasescope/text/template_ast.h"

namespace phasescope::text {

/// Parses the part of Jinja 3.1 that chat templates use: output, if, for (with filter, else, break,
/// continue), set (also as a block), macro, generation, raw, comments; all expressions. Errors: input_file
/// with the line, for wrong syntax and, by name, for other statements, filters and tests.
Body parse_template(std::string_view source, const std::string& file);

}  // namespace phasescope::text
