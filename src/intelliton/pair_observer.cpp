#include "phasescope/intelliton/pair_observer.h"

#include "field_archive.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <set>

#include "phasescope/base/error.h"
#include "phasescope/base/threads.h"

namespace phasescope::intelliton {
namespace {

constexpr const char* kSeparated = "the two prompts were not in view together at every state point";

/// The sequences of one pair id.
struct PairMembers {
  std::vector<const states::Sequence*> grounded;
  std::vector<const states::Sequence*> prone;
};

std::vector<PromptPair> joined(std::vector<PromptPair> pairs, const std::vector<PromptPair>& more) {
  pairs.insert(pairs.end(), more.begin(), more.end());
  return pairs;
}

}  // namespace

std::vector<PromptPair> pairs_of(const std::vector<states::Sequence>& sequences) {
  std::map<std::string, PairMembers> members;
  for (const auto& sequence : sequences) {
    if (sequence.pair.empty()) continue;
    if (sequence.role == "grounded") members[sequence.pair].grounded.push_back(&sequence);
    if (sequence.role == "prone") members[sequence.pair].prone.push_back(&sequence);
  }
  std::vector<PromptPair> pairs;
  for (const auto& [id, both] : members) {
    if (both.grounded.size() != 1 || both.prone.size() != 1) {
      throw Error(ExitClass::usage, "pair " + id + " needs one grounded and one prone prompt");
    }
    pairs.push_back(
        {both.grounded.front()->category, both.grounded.front()->index, both.prone.front()->index});
  }
  std::sort(pairs.begin(), pairs.end(),
            [](const PromptPair& a, const PromptPair& b) { return a.grounded < b.grounded; });
  return pairs;
}

std::vector<PromptPair> controls_of(const std::vector<PromptPair>& pairs) {
  std::vector<std::string> categories;
  std::map<std::string, std::vector<std::int64_t>> grounded;
  for (const PromptPair& pair : pairs) {
    if (grounded.count(pair.category) == 0) categories.push_back(pair.category);
    grounded[pair.category].push_back(pair.grounded);
  }
  std::vector<PromptPair> controls;
  for (const std::string& category : categories) {
    const auto& prompts = grounded[category];
    for (std::size_t i = 0; i + 1 < prompts.size(); ++i)
      controls.push_back({category, prompts[i], prompts[i + 1]});
  }
  return controls;
}

std::vector<std::vector<std::int64_t>> batch_groups(const std::vector<PromptPair>& pairs) {
  std::vector<std::set<std::int64_t>> groups;
  for (const PromptPair& pair : joined(pairs, controls_of(pairs))) {
    std::set<std::int64_t> merged{pair.grounded, pair.other};
    const auto touches = [&](const std::set<std::int64_t>& group) {
      return group.count(pair.grounded) > 0 || group.count(pair.other) > 0;
    };
    for (const auto& group : groups) {
      if (touches(group)) merged.insert(group.begin(), group.end());
    }
    groups.erase(std::remove_if(groups.begin(), groups.end(), touches), groups.end());
    groups.push_back(std::move(merged));
  }
  std::vector<std::vector<std::int64_t>> result;
  for (const auto& group : groups) result.emplace_back(group.begin(), group.end());
  std::sort(result.begin(), result.end());
  return result;
}

PairObserver::PairObserver(const std::vector<PromptPair>& pairs, const Options& options) : options_(options) {
  for (const PromptPair& pair : pairs) pairs_.push_back({pair, std::nullopt, std::nullopt});
  for (const PromptPair& pair : controls_of(pairs)) controls_.push_back({pair, std::nullopt, std::nullopt});
  for (const PromptPair& pair : pairs) {
    prompts_[pair.grounded];
    prompts_[pair.other];
  }
}

void PairObserver::observe(const states::StateView& view) {
  if (view.phase != states::Phase::prompt) return;
  const bool last = view.point + 1 == view.points;
  if (last && view.after_final_norm != options_.last_point_after_norm) return;
  decompose(view);
  for (auto* comparisons : {&pairs_, &controls_}) {
    parallel_for(static_cast<std::int64_t>(comparisons->size()),
                 [&](std::int64_t i) { compare(view, (*comparisons)[static_cast<std::size_t>(i)]); });
  }
  if (!last) return;
  for (const auto& segment : *view.segments) {
    const auto found = prompts_.find(segment.sequence);
    if (found == prompts_.end()) continue;
    found->second.modes = {};
    found->second.token_modes.reset();
  }
}

void PairObserver::decompose(const states::StateView& view) {
  for (auto& entry : prompts_) entry.second.newest_point = -1;
  std::vector<const states::Segment*> segments;
  for (const auto& segment : *view.segments) {
    if (prompts_.count(segment.sequence) > 0 && segment.rows > 0) segments.push_back(&segment);
  }
  parallel_for(static_cast<std::int64_t>(segments.size()), [&](std::int64_t i) {
    states::Segment cut = *segments[static_cast<std::size_t>(i)];
    PromptModes& prompt = prompts_.at(cut.sequence);
    prompt.prompt_tokens = cut.rows;
    prompt.newest_point = view.point;
    prompt.segment = segments[static_cast<std::size_t>(i)];
    if (view.grams != nullptr) {
      decompose_products(view, prompt);
      return;
    }
    cut.rows = std::min<std::int64_t>(cut.rows, options_.max_tokens);
    std::int64_t nonfinite = 0;
    const RowMatrix field = finite_field(view.rows_of(cut), nonfinite);
    LayerModes modes = decompose_field(field, gram_matrix(field), options_.modes);
    prompt.modes = {std::move(modes.singular_values), std::move(modes.right)};
  });
  if (view.grams != nullptr) bring_right_vectors(view);
}

void PairObserver::compare(const states::StateView& view, Comparison& comparison) {
  const PromptModes& grounded = prompts_.at(comparison.pair.grounded);
  const PromptModes& other = prompts_.at(comparison.pair.other);
  if (grounded.newest_point != view.point || other.newest_point != view.point) return;
  if (view.point == 0) comparison.running.emplace(view.points);
  if (!comparison.running) return;
  comparison.running->add_point(grounded.modes.singular_values, other.modes.singular_values,
                                cosines(view, grounded, other));
  if (!comparison.running->complete()) return;
  comparison.signature = comparison.running->finish();
  comparison.running.reset();
}

void PairObserver::observe_prediction(const states::Prediction& prediction) {
  const auto found = prompts_.find(prediction.sequence);
  if (found == prompts_.end()) return;
  top1_[prediction.sequence][prediction.position] = prediction.top1;
}

void PairObserver::save_finished(const std::vector<std::int64_t>& sequences, ArchiveWriter& archive) const {
  const std::set<std::int64_t> finished(sequences.begin(), sequences.end());
  for (const auto* comparisons : {&pairs_, &controls_}) {
    std::map<std::uint64_t, PairSignature> signatures;
    for (std::size_t i = 0; i < comparisons->size(); ++i) {
      const Comparison& comparison = (*comparisons)[i];
      if (comparison.signature && finished.count(comparison.pair.grounded) > 0)
        signatures[i] = *comparison.signature;
    }
    archive(signatures);
  }
  std::map<std::int64_t, std::int64_t> prompt_tokens;
  std::map<std::int64_t, std::map<std::int64_t, double>> top1;
  for (const std::int64_t sequence : sequences) {
    const auto prompt = prompts_.find(sequence);
    if (prompt != prompts_.end()) prompt_tokens[sequence] = prompt->second.prompt_tokens;
    const auto predictions = top1_.find(sequence);
    if (predictions != top1_.end()) top1[sequence] = predictions->second;
  }
  archive(prompt_tokens, top1);
}

void PairObserver::load_finished(ArchiveReader& archive) {
  for (auto* comparisons : {&pairs_, &controls_}) {
    std::map<std::uint64_t, PairSignature> signatures;
    archive(signatures);
    for (auto& [place, signature] : signatures) {
      if (place >= comparisons->size()) throw cereal::Exception("found a pair that is not awaited");
      (*comparisons)[place].signature = std::move(signature);
    }
  }
  std::map<std::int64_t, std::int64_t> prompt_tokens;
  std::map<std::int64_t, std::map<std::int64_t, double>> top1;
  archive(prompt_tokens, top1);
  for (const auto& [sequence, tokens] : prompt_tokens) prompts_[sequence].prompt_tokens = tokens;
  for (auto& [sequence, predictions] : top1) top1_[sequence] = std::move(predictions);
}

std::optional<double> PairObserver::confidence(std::int64_t sequence) const {
  const auto prompt = prompts_.find(sequence);
  const auto predictions = top1_.find(sequence);
  if (prompt == prompts_.end() || predictions == top1_.end()) return std::nullopt;
  const auto at_end = predictions->second.find(prompt->second.prompt_tokens - 1);
  return at_end == predictions->second.end() ? std::nullopt : std::optional<double>(at_end->second);
}

std::optional<double> PairObserver::known_or_observed(std::optional<double> known,
                                                      std::int64_t sequence) const {
  return known ? known : confidence(sequence);
}

std::vector<ComparedPair> PairObserver::compared(const std::vector<Comparison>& comparisons) const {
  std::vector<ComparedPair> result;
  for (const Comparison& comparison : comparisons) {
    result.push_back({comparison.pair, comparison.signature, comparison.signature ? "" : kSeparated,
                      known_or_observed(comparison.pair.grounded_confidence, comparison.pair.grounded),
                      known_or_observed(comparison.pair.other_confidence, comparison.pair.other)});
  }
  return result;
}

}  // namespace phasescope::intelliton
