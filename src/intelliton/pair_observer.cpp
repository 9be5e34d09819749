#include "phasescope/intelliton/pair_observer.h"

#include "field_archive.h"
#include "gram_modes.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <set>

#include "phasescope/base/error.h"
#include "phasescope/base/threads.h"
#include "phasescope/intelliton/field_statistics.h"

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
  const auto count = static_cast<std::int64_t>(pairs_.size());
  parallel_for(count + static_cast<std::int64_t>(controls_.size()), [&](std::int64_t i) {
    compare(view,
            i < count ? pairs_[static_cast<std::size_t>(i)] : controls_[static_cast<std::size_t>(i - count)]);
  });
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
  std::vector<PromptModes*> prompts;
  std::vector<Eigen::Index> tokens;
  for (const auto& segment : *view.segments) {
    const auto found = prompts_.find(segment.sequence);
    if (found == prompts_.end() || segment.rows == 0) continue;
    PromptModes& prompt = found->second;
    prompt.prompt_tokens = segment.rows;
    prompt.newest_point = view.point;
    prompt.segment = &segment;
    prompts.push_back(&prompt);
    tokens.push_back(gram_rows(segment));
  }
  const auto groups = decomposed_together(tokens, static_cast<std::size_t>(4 * thread_count()));
  parallel_for(static_cast<std::int64_t>(groups.size()), [&](std::int64_t g) {
    std::vector<PromptModes*> group;
    for (const std::size_t place : groups[static_cast<std::size_t>(g)]) group.push_back(prompts[place]);
    decompose_together(view, group);
  });
  const std::vector<PromptModes*> remaining = without_products(view);
  if (view.grams != nullptr) {
    bring_right_vectors(view, remaining);
  } else {
    make_right_vectors(view, remaining);
  }
}

/// The token side of modes, and nothing where the Gram matrix does not suffice.
void PairObserver::decompose_together(const states::StateView& view,
                                      const std::vector<PromptModes*>& prompts) const {
  std::vector<Eigen::MatrixXd> gram_matrices;
  std::vector<GramModes> grams;
  std::vector<PromptModes*> finite;
  gram_matrices.reserve(prompts.size());
  for (PromptModes* prompt : prompts) {
    prompt->modes = {};
    prompt->token_modes.reset();
    gram_matrices.push_back(gram_of(view, *prompt));
    const Eigen::MatrixXd& gram = gram_matrices.back();
    if (!gram.allFinite()) continue;
    grams.push_back({&gram, std::min<Eigen::Index>({options_.modes, gram.rows(), view.states.cols()})});
    finite.push_back(prompt);
  }
  std::vector<std::optional<TokenModes>> modes = token_modes(grams);
  for (std::size_t i = 0; i < modes.size(); ++i) {
    if (modes[i]) finite[i]->modes.singular_values = modes[i]->singular_values;
    finite[i]->token_modes = std::move(modes[i]);
  }
}

Eigen::MatrixXd PairObserver::gram_of(const states::StateView& view, const PromptModes& prompt) const {
  if (view.grams == nullptr) return gram_matrix(rows_of(view, prompt));
  const std::int64_t tokens = gram_rows(*prompt.segment);
  return view.grams->gram(segment_number(view, *prompt.segment)).topLeftCorner(tokens, tokens);
}

states::StateMatrix PairObserver::rows_of(const states::StateView& view, const PromptModes& prompt) const {
  states::Segment cut = *prompt.segment;
  cut.rows = gram_rows(cut);
  return view.rows_of(cut);
}

/// Whether products of states say all of a prompt; where they lie elsewhere, they are there already.
bool PairObserver::by_products(const states::StateView& view, const PromptModes& prompt) const {
  if (!prompt.token_modes) return false;
  return view.grams != nullptr ||
         few_tokens(prompt.token_modes->left.rows(), prompt.token_modes->left.cols());
}

/// Prompts that are compared through right vectors: both, where products do not do for one of the two.
std::vector<PairObserver::PromptModes*> PairObserver::without_products(const states::StateView& view) {
  std::set<std::int64_t> sequences;
  for (const auto& [grounded, other] : gram_pairs()) {
    const PromptModes &a = prompts_.at(grounded), &b = prompts_.at(other);
    if (a.newest_point != view.point || b.newest_point != view.point) continue;
    if (!by_products(view, a) || !by_products(view, b)) sequences.insert({grounded, other});
  }
  std::vector<PromptModes*> prompts;
  for (const std::int64_t sequence : sequences) prompts.push_back(&prompts_.at(sequence));
  return prompts;
}

void PairObserver::make_right_vectors(const states::StateView& view,
                                      const std::vector<PromptModes*>& prompts) const {
  parallel_for(static_cast<std::int64_t>(prompts.size()), [&](std::int64_t i) {
    PromptModes& prompt = *prompts[static_cast<std::size_t>(i)];
    set_right_vectors(rows_of(view, prompt), prompt);
  });
}

void PairObserver::set_right_vectors(const states::StateMatrix& states, PromptModes& prompt) const {
  std::int64_t nonfinite = 0;
  const RowMatrix field = finite_field(states, nonfinite);
  if (prompt.token_modes) {
    prompt.modes.right = layer_modes(field, *prompt.token_modes).right;
    return;
  }
  LayerModes modes =
      layer_modes_by_factors(field, std::min<Eigen::Index>({options_.modes, field.rows(), field.cols()}));
  prompt.modes = {std::move(modes.singular_values), std::move(modes.right)};
}

Eigen::MatrixXd PairObserver::cosines(const states::StateView& view, const PromptModes& grounded,
                                      const PromptModes& other) const {
  const auto has_right = [](const PromptModes& prompt) { return prompt.modes.right.size() > 0; };
  if (has_right(grounded) && has_right(other))
    return absolute_cosines(grounded.modes.right, other.modes.right);
  if (view.grams == nullptr)
    return absolute_cosines(*grounded.token_modes, *other.token_modes,
                            cross_products(rows_of(view, grounded), rows_of(view, other)));
  const auto products =
      view.grams->between(segment_number(view, *grounded.segment), segment_number(view, *other.segment));
  return absolute_cosines(
      *grounded.token_modes, *other.token_modes,
      products.value().topLeftCorner(gram_rows(*grounded.segment), gram_rows(*other.segment)));
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
