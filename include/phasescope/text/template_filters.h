#pragma once

#include <string>

#include "phasescope/text/template_value.h"

namespace phasescope::text {

bool is_template_filter(const std::string& name);

/// Applies a filter of Jinja 3.1: abs, capitalize, count, d, default, dictsort, e, escape, first, float,
/// indent, int, items, join, last, length, list, lower, map, max, min, reject, rejectattr, replace, reverse,
/// round, safe, select, selectattr, sort, string, sum, title, tojson (as chat templates have it: no HTML
/// escapes), trim, unique, upper. Throws std::invalid_argument with a reason where Jinja raises an error.
Value apply_template_filter(const std::string& name, const Value& input, const CallArguments& arguments);

}  // namespace phasescope::text
