// How a FieldObserver reads a source that keeps states to itself and shows their products.
#include "gram_modes.h"

#include <algorithm>
#include <memory>

#include "phasescope/base/threads.h"
#include "phasescope/intelliton/field_observer.h"

namespace phasescope::intelliton {

std::int64_t FieldObserver::gram_rows(const states::Segment& prompt) const {
  if (slot_of_.count(prompt.sequence) == 0) return 0;
  return std::min<std::int64_t>(prompt.rows, options_.max_tokens);
}

states::RowRange FieldObserver::rows_read(const states::Segment& prompt, std::int64_t point,
                                          std::int64_t points) const {
  return {0, point == (points - 1) / 2 ? gram_rows(prompt) : 0};
}

void FieldObserver::add_points_by_products(const states::StateView& view,
                                           const std::vector<const states::Segment*>& segments) {
  std::vector<char> settled(segments.size());
  const auto groups = groups_of(segments);
  parallel_for(static_cast<std::int64_t>(groups.size()), [&](std::int64_t g) {
    const std::vector<std::size_t>& group = groups[static_cast<std::size_t>(g)];
    std::vector<FieldProducts> products;
    for (const std::size_t place : group) products.push_back(products_of(view, *segments[place]));
    std::vector<GramModes> grams;
    for (std::size_t i = 0; i < group.size(); ++i) {
      const Eigen::MatrixXd& gram = products[i].gram;
      FieldBuilder& field = builder_of(view, slot_of(*segments[group[i]]));
      grams.push_back({&gram, field.modes(gram.rows(), view.states.cols())});
    }
    const auto modes = token_modes(grams);
    for (std::size_t i = 0; i < group.size(); ++i)
      settled[group[i]] = add_products(view, *segments[group[i]], products[i], modes[i]) ? 1 : 0;
  });
  std::vector<const states::Segment*> unsettled;
  for (std::size_t i = 0; i < segments.size(); ++i)
    if (settled[i] == 0) unsettled.push_back(segments[i]);
  add_brought_points(view, unsettled);
}

FieldProducts FieldObserver::products_of(const states::StateView& view,
                                         const states::Segment& segment) const {
  const std::size_t number = segment_number(view, segment);
  const std::int64_t tokens = gram_rows(segment);
  FieldProducts products;
  products.gram = view.grams->gram(number).topLeftCorner(tokens, tokens);
  if (view.point > 0)
    products.with_previous = view.grams->with_previous(number).topLeftCorner(tokens, tokens);
  products.nonfinite = static_cast<std::int64_t>(view.grams->nonfinite(number).head(tokens).sum());
  return products;
}

bool FieldObserver::add_products(const states::StateView& view, const states::Segment& segment,
                                 const FieldProducts& products, const std::optional<TokenModes>& modes) {
  states::Segment cut = segment;
  cut.rows = gram_rows(segment);
  Slot& slot = slot_of(segment);
  if (!slot.builder->add_point(products, modes, view.rows_of(cut))) return false;
  if (slot.builder->complete()) complete(slot);
  return true;
}

/// What products do not settle needs the states of this point and the one before. They are asked for a few
/// prompts at a time, so that no copy of a whole batch comes to be.
void FieldObserver::add_brought_points(const states::StateView& view,
                                       const std::vector<const states::Segment*>& segments) {
  const auto at_once = static_cast<std::size_t>(4 * thread_count());
  for (std::size_t first = 0; first < segments.size(); first += at_once) {
    const std::size_t count = std::min(at_once, segments.size() - first);
    std::vector<BroughtStates> brought;
    for (std::size_t i = 0; i < count; ++i)
      brought.push_back(bring_states(view, *segments[first + i], gram_rows(*segments[first + i])));
    parallel_for(static_cast<std::int64_t>(count), [&](std::int64_t i) {
      const auto place = static_cast<std::size_t>(i);
      Slot& slot = slot_of(*segments[first + place]);
      slot.builder->add_point(brought[place].newest(), brought[place].previous());
      if (slot.builder->complete()) complete(slot);
    });
  }
}

}  // namespace phasescope::intelliton
