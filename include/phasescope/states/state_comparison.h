#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "phasescope/states/observer.h"
#include "phasescope/states/oracle_file.h"

namespace phasescope::states {

/// How far the states at one point are from the oracle's, over all prompts.
struct PointDifference {
  std::int64_t point = 0;
  bool after_final_norm = false;
  std::int64_t rows = 0;        ///< tokens compared
  std::int64_t not_finite = 0;  ///< entries that are NaN or infinite; they count in nothing below
  double largest = 0;           ///< largest |found - expected|
  /// For each prompt, its largest difference over its largest |expected|; the largest of these. Nothing when
  /// every expected state is 0.
  std::optional<double> relative;
  /// For each token, its largest difference over its largest |expected|; the largest of these.
  std::optional<double> token_relative;
  std::int64_t worst_prompt = 0;  ///< where token_relative is
  std::int64_t worst_position = 0;
};

/// What the model says of the first new token of each prompt against the oracle's logits, the largest
/// differences over all prompts.
struct PredictionDifference {
  std::int64_t prompts = 0;  ///< compared; 0: the rest means nothing
  double top1 = 0;           ///< of the largest probability
  /// The same over the prompt's largest |logit| (or 1, if that is less): a probability moves by no more than
  /// its logits do.
  double relative = 0;
  double margin = 0;   ///< of its distance to the second largest
  double entropy = 0;  ///< nats
};

/// A greedy continuation that is not the oracle's.
struct GreedyDifference {
  std::int64_t prompt = 0;
  std::int64_t step = 0;                        ///< first place of difference
  std::optional<std::int64_t> found, expected;  ///< nothing: that continuation had ended
  /// The oracle's best and second-best logit came this close somewhere along its continuation.
  double margin = 0;
  /// That is closer than logits computed within the tolerance can tell apart.
  bool within_tolerance = false;
};

struct OracleComparison {
  std::vector<PointDifference> points;  ///< raw points 0 .. L, then the states after the final norm
  PredictionDifference prediction;
  std::vector<GreedyDifference> greedy;
  std::int64_t continuations = 0;     ///< greedy continuations compared
  std::vector<std::string> failures;  ///< one sentence for each reason not to trust the states

  bool passed() const { return failures.empty(); }
};

/// How far float32 may be from a float64 oracle, relative to the largest entry of a prompt's point, and of a
/// single token's state. A correct program errs by 2e-6 on models of a few small blocks, by 3e-5 where large
/// activations cancel (SmolLM2-135M: 2.2e-5 and 2.7e-5).
struct OracleTolerances {
  double point = 4e-5;
  double token = 1e-4;
};

/// Compares prompt states as they are shown with an oracle's. Sequence i must be the oracle's prompt i, run
/// from its ids. States of the generation phase are not looked at.
class StateComparison : public Observer {
 public:
  /// The oracle must outlive this object.
  explicit StateComparison(const OracleFile& oracle);

  /// Errors: input_file when the model's points or width are not the oracle's.
  void observe(const StateView& view) override;
  void observe_prediction(const Prediction& prediction) override;
  /// A greedy continuation that the model gave; end tokens are kept in it, as in the oracle.
  void add_continuation(std::int64_t sequence, const std::vector<std::int64_t>& generated_ids);

  /// What was seen so far. States that were never shown are failures; final states and predictions only count
  /// when some were.
  OracleComparison result(const OracleTolerances& tolerances) const;

 private:
  struct Continuation {
    std::int64_t prompt;
    std::vector<std::int64_t> ids;
  };

  const OraclePrompt& prompt(std::int64_t sequence) const;
  void check_sizes(const StateView& view) const;
  void compare(const StateView& view, const Segment& segment);
  std::optional<GreedyDifference> greedy_difference(const Continuation& continuation, double tolerance) const;

  const OracleFile& oracle_;
  std::vector<PointDifference> points_;
  PredictionDifference prediction_;
  std::vector<Continuation> continuations_;
};

}  // namespace phasescope::states
