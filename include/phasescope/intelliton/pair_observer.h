#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "phasescope/intelliton/options.h"
#include "phasescope/intelliton/pair_comparison.h"
#include "phasescope/states/observer.h"
#include "phasescope/states/resumable.h"

namespace phasescope::intelliton {

/// A grounded prompt and the one it is compared with, by Sequence::index.
struct PromptPair {
  std::string category;
  std::int64_t grounded = 0;
  std::int64_t other = 0;
  /// Top-1 probability after the last prompt token where it is known beforehand; else it is observed.
  std::optional<double> grounded_confidence = std::nullopt;
  std::optional<double> other_confidence = std::nullopt;
};

/// The grounded/prone pairs of sequences that share a pair id, in order of the grounded ones. Errors: usage
/// when a pair id has not exactly one prompt of each of the two roles.
std::vector<PromptPair> pairs_of(const std::vector<states::Sequence>& sequences);

/// Controls: consecutive grounded prompts of the same category, categories in order of first appearance.
std::vector<PromptPair> controls_of(const std::vector<PromptPair>& pairs);

/// Which sequences must be in view together: the connected groups of pairs and their controls.
std::vector<std::vector<std::int64_t>> batch_groups(const std::vector<PromptPair>& pairs);

struct ComparedPair {
  PromptPair pair;
  std::optional<PairSignature> signature;
  std::string reason;  ///< why there is no signature
  /// Top-1 probability after the last prompt token, where it was observed.
  std::optional<double> grounded_confidence;
  std::optional<double> other_confidence;
};

/// Compares pairs and controls while both prompts are in view; keeps the modes of one state point in flight.
class PairObserver : public states::Observer, public states::Resumable {
 public:
  PairObserver(const std::vector<PromptPair>& pairs, const Options& options);

  /// Gram matrices stand for the states at every point.
  std::int64_t gram_rows(const states::Segment& prompt) const override;
  std::vector<std::pair<std::int64_t, std::int64_t>> gram_pairs() const override;
  states::RowRange rows_read(const states::Segment& /*prompt*/, std::int64_t /*point*/,
                             std::int64_t /*points*/) const override {
    return {};
  }
  void observe(const states::StateView& view) override;
  /// Keeps the largest next-token probability at the end of each prompt.
  void observe_prediction(const states::Prediction& prediction) override;
  /// A comparison is saved with the batch that its grounded prompt is in.
  void save_finished(const std::vector<std::int64_t>& sequences, ArchiveWriter& archive) const override;
  void load_finished(ArchiveReader& archive) override;

  /// Pairs whose prompts were not in view together, or not to the end, have no signature.
  std::vector<ComparedPair> pairs() const { return compared(pairs_); }
  std::vector<ComparedPair> controls() const { return compared(controls_); }

 private:
  struct Comparison {
    PromptPair pair;
    std::optional<PairComparison> running;
    std::optional<PairSignature> signature;
  };
  struct PromptModes {
    PointModes modes;                          ///< right vectors where products of states do not do
    std::optional<TokenModes> token_modes;     ///< where the Gram matrix suffices
    const states::Segment* segment = nullptr;  ///< of the view
    std::int64_t prompt_tokens = 0;
    std::int64_t newest_point = -1;
  };

  void decompose(const states::StateView& view);
  void decompose_together(const states::StateView& view, const std::vector<PromptModes*>& prompts) const;
  Eigen::MatrixXd gram_of(const states::StateView& view, const PromptModes& prompt) const;
  bool by_products(const states::StateView& view, const PromptModes& prompt) const;
  std::vector<PromptModes*> without_products(const states::StateView& view);
  void make_right_vectors(const states::StateView& view, const std::vector<PromptModes*>& prompts) const;
  void bring_right_vectors(const states::StateView& view, const std::vector<PromptModes*>& prompts) const;
  void set_right_vectors(const states::StateMatrix& states, PromptModes& prompt) const;
  states::StateMatrix rows_of(const states::StateView& view, const PromptModes& prompt) const;
  Eigen::MatrixXd cosines(const states::StateView& view, const PromptModes& grounded,
                          const PromptModes& other) const;
  void compare(const states::StateView& view, Comparison& comparison);
  std::optional<double> confidence(std::int64_t sequence) const;
  std::optional<double> known_or_observed(std::optional<double> known, std::int64_t sequence) const;
  std::vector<ComparedPair> compared(const std::vector<Comparison>& comparisons) const;

  Options options_;
  std::vector<Comparison> pairs_;
  std::vector<Comparison> controls_;
  std::map<std::int64_t, PromptModes> prompts_;                  // by Sequence::index
  std::map<std::int64_t, std::map<std::int64_t, double>> top1_;  // by sequence, then position
};

}  // namespace phasescope::intelliton
