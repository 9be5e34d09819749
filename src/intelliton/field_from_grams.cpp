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
  parallel_for(static_cast<std::int64_t>(segments.size()), [&](std::int64_t i) {
    const auto place = static_cast<std::size_t>(i);
    settled[place] = add_products(view, *segments[place], slot_of(*segments[place])) ? 1 : 0;
  });
  std::vector<const states::Segment*> unsettled;
  for (std::size_t i = 0; i < segments.size(); ++i)
    if (settled[i] == 0) unsettled.push_back(segments[i]);
  add_brought_points(view, unsettled);
}

bool FieldObserver::add_products(const states::StateView& view, const states::Segment& segment,
                                 Slot& slot) const {
  if (view.point == 0) slot.builder = std::make_unique<FieldBuilder>(view.points, options_.modes);
  const std::size_t number = segment_number(view, segment);
  const std::int64_t tokens = gram_rows(segment);
  FieldProducts products;
  products.gram = view.grams->gram(number).topLeftCorner(tokens, tokens);
  if (view.point > 0)
    products.with_previous = view.grams->with_previous(number).topLeftCorner(tokens, tokens);
  products.nonfinite = static_cast<std::int64_t>(view.grams->nonfinite(number).head(tokens).sum());
  states::Segment cut = segment;
  cut.rows = tokens;
  if (!slot.builder->add_point(products, view.rows_of(cut))) return false;
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
