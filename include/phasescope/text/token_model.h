#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "phasescope/text/vocabulary.h"

namespace phasescope::text {

/// The third step of a tokenizer: turns one piece of text into token ids. `tokenize` may be called from
/// several threads at once.
class TokenModel {
 public:
  virtual ~TokenModel() = default;
  virtual const Vocabulary& vocabulary() const = 0;
  /// Appends the ids of a piece (valid UTF-8, not empty).
  virtual void tokenize(std::string_view piece, std::vector<std::int64_t>& ids) const = 0;
};

}  // namespace phasescope::text
