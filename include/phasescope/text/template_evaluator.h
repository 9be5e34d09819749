#pragma once

#include <ctime>
#include <map>
#include <string>

#include "phasescope/text/template_ast.h"

namespace phasescope::text {

/// Runs a parsed template. `variables` are its global names; besides there are namespace, range, dict,
/// raise_exception and strftime_now, which formats `now`. Errors: input_file with the line, where the
/// template raises an exception or goes wrong.
std::string evaluate_template(const Body& body, std::map<std::string, Value> variables, const std::tm& now,
                              const std::string& file);

}  // namespace phasescope::text
