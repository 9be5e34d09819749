#pragma once

#include <cstddef>
#include <string>

#include "phasescope/text/prompt_set.h"

namespace phasescope::text {

/// Which prompts of a set to take: "20" the first 20, "0.1" the first tenth (rounded up), "10-20" those from
/// the tenth to the twentieth, both included.
class PromptLimit {
 public:
  /// All prompts.
  PromptLimit() = default;
  /// Errors: usage, when the text is none of the three forms.
  explicit PromptLimit(const std::string& text);

  /// The places [first, last) that are taken of `count`.
  struct Range {
    std::size_t first;
    std::size_t last;
  };
  Range range(std::size_t count) const;

  /// The set with only the prompts taken. Errors: usage, when none is left.
  PromptSet apply(PromptSet set) const;

 private:
  std::size_t first_ = 0;
  std::size_t last_ = static_cast<std::size_t>(-1);
  double fraction_ = 1.0;
  std::string text_;
};

}  // namespace phasescope::text
