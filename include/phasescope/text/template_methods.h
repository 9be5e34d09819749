#pragma once

#include <optional>
#include <string>

#include "phasescope/text/template_value.h"

namespace phasescope::text {

/// A method of a string, list or map, bound to its object: what Python's methods of these names do, those
/// that change their object left out. Nothing for another name.
std::optional<Value> method_of(const Value& object, const std::string& name);

}  // namespace phasescope::text
