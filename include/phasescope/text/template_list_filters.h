#pragma once

#include <string>

#include "phasescope/text/template_value.h"

namespace phasescope::text {

// The filters of template_filters.h that take or give lists and maps.

bool is_template_list_filter(const std::string& name);
Value apply_template_list_filter(const std::string& name, const Value& input, const CallArguments& arguments);

}  // namespace phasescope::text
