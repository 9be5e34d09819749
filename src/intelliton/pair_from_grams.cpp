// How a PairObserver reads a source that keeps states to itself and shows their products.
#include "gram_modes.h"

#include <algorithm>

#include "phasescope/base/threads.h"
#include "phasescope/intelliton/pair_observer.h"

namespace phasescope::intelliton {

std::int64_t PairObserver::gram_rows(const states::Segment& prompt) const {
  if (prompts_.count(prompt.sequence) == 0) return 0;
  return std::min<std::int64_t>(prompt.rows, options_.max_tokens);
}

std::vector<std::pair<std::int64_t, std::int64_t>> PairObserver::gram_pairs() const {
  std::vector<std::pair<std::int64_t, std::int64_t>> all;
  for (const auto* comparisons : {&pairs_, &controls_}) {
    for (const Comparison& comparison : *comparisons)
      all.emplace_back(comparison.pair.grounded, comparison.pair.other);
  }
  return all;
}

/// Both sides of a pair that products do not settle are decomposed from their states.
void PairObserver::bring_right_vectors(const states::StateView& view,
                                       const std::vector<PromptModes*>& prompts) const {
  std::vector<BroughtStates> brought;
  for (const PromptModes* prompt : prompts)
    brought.push_back(bring_states(view, *prompt->segment, gram_rows(*prompt->segment)));
  parallel_for(static_cast<std::int64_t>(prompts.size()), [&](std::int64_t i) {
    const auto place = static_cast<std::size_t>(i);
    set_right_vectors(brought[place].newest(), *prompts[place]);
  });
}

}  // namespace phasescope::intelliton
