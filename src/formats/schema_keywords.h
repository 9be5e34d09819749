#pragma once

#include <string>

#include "phasescope/base/json.h"

namespace phasescope::formats {

/// The schema without `format`, which constrains nothing here but does in the validator. Throws an
/// input_file error at the first keyword, type name, pattern, reference or operand that the validator would
/// pass over in silence or misread. `file` names the schema.
Json prepare_schema(const Json& schema, const std::string& file);

}  // namespace phasescope::formats
