#include "phasescope/intelliton/field_observer.h"

#include "field_archive.h"

#include <algorithm>

#include "phasescope/base/error.h"
#include "phasescope/base/threads.h"

namespace phasescope::intelliton {

FieldObserver::FieldObserver(const std::vector<states::Sequence>& sequences, const Options& options,
                             bool keep_details, const MatchOptions& match,
                             const std::filesystem::path& scratch)
    : options_(options), match_(match) {
  if (!scratch.empty()) file_ = std::make_shared<SummaryFile>(scratch);
  slots_.reserve(sequences.size());
  for (const auto& sequence : sequences) add_slot(sequence, keep_details);
  if (!slots_.empty() && !options_.representative.empty()) name_representative();
}

void FieldObserver::add_slot(const states::Sequence& sequence, bool keep_details) {
  const auto same_name = [&](const CategoryFields& category) { return category.name == sequence.category; };
  const auto found = std::find_if(categories_.begin(), categories_.end(), same_name);
  Slot slot;
  slot.name = sequence.name;
  slot.category = static_cast<std::uint32_t>(found - categories_.begin());
  if (found == categories_.end()) {
    categories_.emplace_back();
    categories_.back().name = sequence.category;
    category_sizes_.push_back(0);
  }
  slot.keep_arrays = category_sizes_[slot.category]++ < kArraySamples;
  slot.keep_analysis = keep_details;
  slot_of_[sequence.index] = slots_.size();
  slots_.push_back(std::move(slot));
}

void FieldObserver::name_representative() {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i].name != options_.representative) continue;
    representative_ = i;
    slots_[i].keep_analysis = slots_[i].keep_arrays = true;
    return;
  }
  throw Error(ExitClass::usage, "no prompt is named " + options_.representative + " (the representative)");
}

/// The one of these prompts that becomes the representative, if any does.
void FieldObserver::choose_candidate(const std::vector<const states::Segment*>& segments) {
  candidate_ = nullptr;
  if (!options_.representative.empty()) return;
  std::optional<std::size_t> best = representative_;
  for (const states::Segment* segment : segments) {
    const std::size_t place = slot_of_.at(segment->sequence);
    if (!best || rank(place) < rank(*best)) best = place;
  }
  if (best && best != representative_) candidate_ = &slots_[*best];
}

/// Batches may complete in any order: keeps the whole analysis of the best candidate so far.
void FieldObserver::consider_as_representative(std::size_t place) {
  if (!options_.representative.empty()) return;
  if (representative_ && rank(*representative_) < rank(place)) return;
  if (representative_ && !slots_[*representative_].keep_analysis) slots_[*representative_].analysis.reset();
  representative_ = place;
}

bool FieldObserver::wants_attention(std::int64_t block) const {
  return block % options_.attention_every == 0;
}

bool FieldObserver::wants(const states::StateView& view) const {
  if (view.phase != states::Phase::prompt) return false;
  const bool last = view.point + 1 == view.points;
  return !last || view.after_final_norm == options_.last_point_after_norm;
}

FieldBuilder& FieldObserver::builder_of(const states::StateView& view, Slot& slot) const {
  if (view.point == 0) slot.builder = std::make_unique<FieldBuilder>(view.points, options_.modes);
  return *slot.builder;
}

/// Segments, by place, that are worked on together.
std::vector<std::vector<std::size_t>> FieldObserver::groups_of(
    const std::vector<const states::Segment*>& segments) const {
  std::vector<Eigen::Index> tokens;
  for (const states::Segment* segment : segments) tokens.push_back(gram_rows(*segment));
  return decomposed_together(tokens, static_cast<std::size_t>(4 * thread_count()));
}

void FieldObserver::add_points(const states::StateView& view,
                               const std::vector<const states::Segment*>& segments) {
  const auto groups = groups_of(segments);
  parallel_for(static_cast<std::int64_t>(groups.size()), [&](std::int64_t g) {
    std::vector<NextPoint> points;
    for (const std::size_t place : groups[static_cast<std::size_t>(g)]) {
      states::Segment cut = *segments[place];
      cut.rows = gram_rows(cut);
      points.push_back({&builder_of(view, slot_of(cut)), view.rows_of(cut),
                        view.previous.rows() > 0 ? view.previous_rows_of(cut) : view.previous});
    }
    intelliton::add_points(points);
    for (const std::size_t place : groups[static_cast<std::size_t>(g)]) {
      Slot& slot = slot_of(*segments[place]);
      if (slot.builder->complete()) complete(slot);
    }
  });
}

void FieldObserver::complete(Slot& slot) const {
  const bool whole = slot.keep_analysis || &slot == candidate_;
  slot.analysis = std::make_unique<FieldAnalysis>(
      (*analyzer_)(slot.builder->statistics(), whole ? Extent::whole : Extent::observables));
  slot.summary = std::make_unique<FieldSummary>(summarise(slot.name, *slot.analysis));
  MatchOptions match = match_;
  if (!slot.keep_arrays) match.shuffle_tokens_draws = match.shuffle_layers_draws = 0;
  slot.summary->matched = match_modes(slot.builder->statistics(), slot.analysis->spin, slot.name, match);
  slot.summary->middle_right = slot.analysis->middle_right.cast<float>();
  if (!slot.keep_arrays) slot.summary->drop_arrays();
}

/// The serial end of a sequence: sums over prompts are taken in the order of the view.
void FieldObserver::collect(std::size_t place) {
  Slot& slot = slots_[place];
  categories_[slot.category].add_right_vectors(slot.analysis->middle_right);
  categories_[slot.category].add_spectra(layer_spectra(*slot.analysis));
  slot.builder.reset();
  consider_as_representative(place);
  if (!slot.keep_analysis && representative_ != place) slot.analysis.reset();
  put_aside(slot);
}

void FieldObserver::put_aside(Slot& slot) {
  if (slot.keep_arrays || !file_) return;
  slot.modes = static_cast<std::uint32_t>(slot.summary->amplitude.size());
  slot.put_aside = file_->put(*slot.summary);
  slot.summary.reset();
}

FieldSummary FieldObserver::summary_of(const Slot& slot) const {
  return slot.summary ? *slot.summary : file_->get(*slot.put_aside);
}

void FieldObserver::observe(const states::StateView& view) {
  if (!wants(view)) return;
  if (!analyzer_) {
    analyzer_.emplace(view.points, options_);
    // The published rates start at the first point of the propagator; too few points leave it at 0.
    match_.first_point = analyzer_->has_propagator() ? options_.skip_layers : 0;
    match_.flow_window = options_.eft_window;
  }
  std::vector<const states::Segment*> segments;
  for (const auto& segment : *view.segments) {
    if (slot_of_.count(segment.sequence) > 0 && segment.rows > 0) segments.push_back(&segment);
  }
  if (view.point + 1 == view.points) choose_candidate(segments);
  if (view.grams != nullptr) {
    add_points_by_products(view, segments);
  } else {
    add_points(view, segments);
  }
  if (view.point + 1 < view.points) return;
  for (const states::Segment* segment : segments) collect(slot_of_.at(segment->sequence));
}

void FieldObserver::observe_attention(const states::AttentionView& view) {
  const auto found = slot_of_.find(view.sequence);
  if (found == slot_of_.end()) return;
  Slot& slot = slots_[found->second];
  if (!slot.builder) return;
  // A causal model's attention among the first tokens does not know of the later ones that the field leaves
  // out.
  const auto tokens = std::min<Eigen::Index>(view.weights.rows(), options_.max_tokens);
  slot.builder->add_attention(view.block, {view.weights.data(), tokens, std::min(view.weights.cols(), tokens),
                                           Eigen::OuterStride<>(view.weights.outerStride())});
}

void FieldObserver::save_finished(const std::vector<std::int64_t>& sequences, ArchiveWriter& archive) const {
  std::vector<std::uint64_t> places;
  for (const std::int64_t sequence : sequences) {
    const auto found = slot_of_.find(sequence);
    if (found != slot_of_.end() && slots_[found->second].complete()) places.push_back(found->second);
  }
  archive(places);
  for (const std::uint64_t place : places) {
    const Slot& slot = slots_[place];
    archive(summary_of(slot), slot.analysis != nullptr);
    if (slot.analysis) archive(*slot.analysis);
  }
  archive(representative_);
  for (const CategoryFields& category : categories_)
    archive(category.right_sum, category.spectrum_sum, category.spectrum_count);
}

void FieldObserver::load_finished(ArchiveReader& archive) {
  std::vector<std::uint64_t> places;
  archive(places);
  for (const std::uint64_t place : places) {
    if (place >= slots_.size()) throw cereal::Exception("found a field that is not awaited");
    Slot& slot = slots_[place];
    bool has_analysis = false;
    slot.summary = std::make_unique<FieldSummary>();
    archive(*slot.summary, has_analysis);
    slot.analysis = has_analysis ? std::make_unique<FieldAnalysis>() : nullptr;
    if (has_analysis) archive(*slot.analysis);
    put_aside(slot);
  }
  const std::optional<std::size_t> before = representative_;
  archive(representative_);
  if (representative_ && *representative_ >= slots_.size())
    throw cereal::Exception("found a representative that is no field");
  if (before && before != representative_ && !slots_[*before].keep_analysis) slots_[*before].analysis.reset();
  for (CategoryFields& category : categories_)
    archive(category.right_sum, category.spectrum_sum, category.spectrum_count);
}

std::vector<CategoryFields> FieldObserver::take_categories() {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    Slot& slot = slots_[i];
    SummaryList& prompts = categories_[slot.category].prompts;
    if (slot.put_aside && representative_ != i) {
      prompts.add(file_, *slot.put_aside, slot.modes);
    } else if (slot.complete()) {
      prompts.add(summary_of(slot));
    }
    slot.summary.reset();
    slot.put_aside.reset();
  }
  const auto empty = [](const CategoryFields& category) { return category.prompts.empty(); };
  categories_.erase(std::remove_if(categories_.begin(), categories_.end(), empty), categories_.end());
  for (CategoryFields& category : categories_) category.count_prompts();
  return std::move(categories_);
}

const FieldAnalysis* FieldObserver::representative() const {
  return representative_ ? slots_[*representative_].analysis.get() : nullptr;
}

std::string FieldObserver::representative_name() const {
  return representative_ ? slots_[*representative_].name : options_.representative;
}

const FieldAnalysis* FieldObserver::details(const std::string& name) const {
  for (const Slot& slot : slots_) {
    if (slot.name == name) return slot.analysis.get();
  }
  return nullptr;
}

}  // namespace phasescope::intelliton
