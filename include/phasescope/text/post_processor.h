#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "phasescope/base/json.h"

namespace phasescope::text {

/// The last step of encoding: what is put before and behind the ids of a text when special tokens are asked
/// for. Every processor of single texts amounts to that.
struct PostProcessor {
  std::vector<std::int64_t> before;
  std::vector<std::int64_t> behind;
};

/// The post-processor that a tokenizer.json describes. ByteLevel changes offsets only, which are not kept
/// here. Errors: input_file, naming the field, for an unknown type, wrong options, or two templates in a
/// sequence.
PostProcessor read_post_processor(const JsonObject& description);

}  // namespace phasescope::text
