#include "phasescope/intelliton/field_observer.h"

#include <algorithm>

#include "phasescope/base/error.h"
#include "phasescope/base/threads.h"

namespace phasescope::intelliton {

FieldObserver::FieldObserver(const std::vector<states::Sequence>& sequences, const Options& options,
                             bool keep_details)
    : options_(options) {
  for (const auto& sequence : sequences) {
    slot_of_[sequence.index] = slots_.size();
    slots_.emplace_back();
    slots_.back().sequence = sequence;
    slots_.back().keep = keep_details;
  }
  if (slots_.empty()) return;
  representative_ = representative_slot();
  slots_[representative_].keep = true;
}

std::size_t FieldObserver::representative_slot() const {
  if (options_.representative.empty()) return 0;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i].sequence.name == options_.representative) return i;
  }
  throw Error(ExitClass::usage, "no prompt is named " + options_.representative + " (the representative)");
}

bool FieldObserver::wants_attention(std::int64_t block) const {
  return block % options_.attention_every == 0;
}

bool FieldObserver::wants(const states::StateView& view) const {
  if (view.phase != states::Phase::prompt) return false;
  const bool last = view.point + 1 == view.points;
  return !last || view.after_final_norm == options_.last_point_after_norm;
}

void FieldObserver::add_point(const states::StateView& view, const states::Segment& segment,
                              Slot& slot) const {
  if (view.point == 0) slot.builder.emplace(view.points, options_.modes);
  states::Segment cut = segment;
  cut.rows = std::min<std::int64_t>(segment.rows, options_.max_tokens);
  slot.builder->add_point(view.rows_of(cut));
  if (slot.builder->complete()) complete(slot);
}

void FieldObserver::complete(Slot& slot) const {
  FieldAnalysis analysis = (*analyzer_)(slot.builder->statistics());
  slot.builder.reset();
  slot.summary = summarise(slot.sequence.name, analysis);
  if (slot.keep) slot.analysis = std::move(analysis);
}

void FieldObserver::observe(const states::StateView& view) {
  if (!wants(view)) return;
  if (!analyzer_) analyzer_.emplace(view.points, options_);
  std::vector<const states::Segment*> segments;
  for (const auto& segment : *view.segments) {
    if (slot_of_.count(segment.sequence) > 0 && segment.rows > 0) segments.push_back(&segment);
  }
  parallel_for(static_cast<std::int64_t>(segments.size()), [&](std::int64_t i) {
    const states::Segment& segment = *segments[static_cast<std::size_t>(i)];
    add_point(view, segment, slots_[slot_of_.at(segment.sequence)]);
  });
}

void FieldObserver::observe_attention(const states::AttentionView& view) {
  const auto found = slot_of_.find(view.sequence);
  if (found == slot_of_.end()) return;
  Slot& slot = slots_[found->second];
  if (!slot.builder) slot.builder.emplace(0, options_.modes);
  slot.builder->add_attention(view.block, view.weights);
}

std::vector<CategoryFields> FieldObserver::categories() const {
  std::vector<CategoryFields> categories;
  for (const Slot& slot : slots_) {
    if (!slot.summary) continue;
    auto found = std::find_if(categories.begin(), categories.end(), [&](const CategoryFields& category) {
      return category.name == slot.sequence.category;
    });
    if (found == categories.end()) found = categories.insert(found, {slot.sequence.category, {}});
    found->prompts.push_back(*slot.summary);
  }
  return categories;
}

const FieldAnalysis* FieldObserver::representative() const {
  if (slots_.empty() || !slots_[representative_].analysis) return nullptr;
  return &*slots_[representative_].analysis;
}

const FieldAnalysis* FieldObserver::details(const std::string& name) const {
  for (const Slot& slot : slots_) {
    if (slot.sequence.name == name) return slot.analysis ? &*slot.analysis : nullptr;
  }
  return nullptr;
}

}  // namespace phasescope::intelliton
