#pragma once

#include <cstdint>
#include <vector>

#include "phasescope/base/json.h"

namespace phasescope::checkpoint {

/// Replaces `tokens` by what `eos_token_id` holds, one id or a list; absent or null leaves them alone.
/// Errors: input_file for ids that the vocabulary does not have.
void read_end_tokens(const JsonObject& config, std::int64_t vocabulary, std::vector<std::int64_t>& tokens);

}  // namespace phasescope::checkpoint
