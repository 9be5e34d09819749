#pragma once

#include "phasescope/text/tokenizer_file.h"
#include "phasescope/text/tokenizer_parts.h"

namespace phasescope::text {

/// Builds the parts that a tokenizer.json describes. Errors: input_file, naming the field, when a value is
/// wrong or a component is not supported.
TokenizerParts build_tokenizer(TokenizerFile file);

}  // namespace phasescope::text
