#pragma once

#include <string>

#include "phasescope/text/template_value.h"

namespace phasescope::text {

bool is_template_test(const std::string& name);

/// Applies a test of Jinja 3.1 (x is name). Throws std::invalid_argument with a reason where Jinja raises an
/// error.
bool apply_template_test(const std::string& name, const Value& input, const CallArguments& arguments);

}  // namespace phasescope::text
