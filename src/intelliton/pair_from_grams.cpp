// How a PairObserver reads a source that keeps states to itself and shows their products.
#include "gram_modes.h"

#include <algorithm>
#include <set>

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

void PairObserver::decompose_products(const states::StateView& view, PromptModes& prompt) const {
  const std::int64_t tokens = gram_rows(*prompt.segment);
  const auto gram = view.grams->gram(segment_number(view, *prompt.segment)).topLeftCorner(tokens, tokens);
  const auto count = std::min<Eigen::Index>({options_.modes, tokens, view.states.cols()});
  prompt.modes = {};
  prompt.token_modes = token_modes(gram, count);
  if (prompt.token_modes) prompt.modes.singular_values = prompt.token_modes->singular_values;
}

/// Where products do not settle one of two prompts, both are decomposed from their states.
void PairObserver::bring_right_vectors(const states::StateView& view) {
  std::set<std::int64_t> wanted;
  for (const auto& [grounded, other] : gram_pairs()) {
    const PromptModes &a = prompts_.at(grounded), &b = prompts_.at(other);
    if (a.newest_point != view.point || b.newest_point != view.point) continue;
    if (!a.token_modes || !b.token_modes) wanted.insert({grounded, other});
  }
  const std::vector<std::int64_t> sequences(wanted.begin(), wanted.end());
  std::vector<BroughtStates> brought;
  for (const std::int64_t sequence : sequences) {
    const states::Segment& segment = *prompts_.at(sequence).segment;
    brought.push_back(bring_states(view, segment, gram_rows(segment)));
  }
  parallel_for(static_cast<std::int64_t>(sequences.size()), [&](std::int64_t i) {
    std::int64_t nonfinite = 0;
    const RowMatrix field = finite_field(brought[static_cast<std::size_t>(i)].newest(), nonfinite);
    LayerModes modes = decompose_field(field, gram_matrix(field), options_.modes);
    prompts_.at(sequences[static_cast<std::size_t>(i)]).modes = {std::move(modes.singular_values),
                                                                 std::move(modes.right)};
  });
}

Eigen::MatrixXd PairObserver::cosines(const states::StateView& view, const PromptModes& grounded,
                                      const PromptModes& other) const {
  const auto has_right = [](const PromptModes& prompt) { return prompt.modes.right.size() > 0; };
  if (has_right(grounded) && has_right(other))
    return absolute_cosines(grounded.modes.right, other.modes.right);
  const auto products =
      view.grams->between(segment_number(view, *grounded.segment), segment_number(view, *other.segment));
  return absolute_cosines(
      *grounded.token_modes, *other.token_modes,
      products.value().topLeftCorner(gram_rows(*grounded.segment), gram_rows(*other.segment)));
}

}  // namespace phasescope::intelliton
