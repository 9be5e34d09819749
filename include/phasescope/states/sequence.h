#pragma once

#include <cstdint>
#include <string>

namespace phasescope::states {

/// Which token positions of one sequence exist, and what the prompt set says of it. Known before any state is
/// observed, except `generated_tokens`, which grows while tokens are generated.
struct Sequence {
  std::int64_t index = 0;  ///< place in the run, in prompt order; what views and predictions refer to
  std::string name;        ///< "<category>/<i>", i counting within the category in prompt order
  std::string id;          ///< the prompt's own id
  std::string category;
  std::string pair;  ///< empty when the prompt has none
  std::string role;  ///< "grounded", "prone", "style" or empty
  std::int64_t prompt_tokens = 0;
  std::int64_t prompt = -1;  ///< place of the prompt among the run's prompts; -1: no other sequence has it
  std::int64_t run = 0;      ///< which generation of that prompt
};

}  // namespace phasescope::states
