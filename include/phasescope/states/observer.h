#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include <Eigen/Core>

#include "phasescope/states/gram_matrices.h"
#include "phasescope/states/sequence.h"

namespace phasescope::states {

/// A read-only view of hidden states, row-major [rows, width] in float32. The memory belongs to the source
/// and is valid only during the call that passes it.
using StateMatrix = Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>, 0,
                               Eigen::OuterStride<>>;

/// The rows of one sequence inside a packed view: neighbouring token positions.
struct Segment {
  std::int64_t sequence = 0;   ///< Sequence::index
  std::int64_t first_row = 0;  ///< row of the view
  std::int64_t rows = 0;
  std::int64_t first_position = 0;  ///< token position of the first row; positions count from 0 with BOS
};

enum class Phase {
  prompt,      ///< segments are whole prompts
  generation,  ///< segments are the newest tokens (one row each from the executor, several from stored
               ///< states)
};

/// One state point of one batch. Point 0 is the embedding output (the input of block 0), point l the output
/// of block l-1 counted from 0, before the model's final norm unless `after_final_norm`.
struct StateView {
  std::int64_t point = 0;         ///< 0 .. points-1
  std::int64_t points = 0;        ///< L + 1
  bool after_final_norm = false;  ///< only ever true at the last point
  Phase phase = Phase::prompt;
  StateMatrix states;
  /// The same rows one point earlier (raw); 0 rows at point 0.
  StateMatrix previous;
  const std::vector<Segment>* segments = nullptr;
  /// Products of these states where the source makes them, else nullptr. Only then, and only in the prompt
  /// phase, rows of `states` and `previous` that no observer reads (Observer::rows_read) may be missing: they
  /// hold NaN.
  const GramMatrices* grams = nullptr;

  StateMatrix rows_of(const Segment& segment) const { return slice(states, segment); }
  StateMatrix previous_rows_of(const Segment& segment) const { return slice(previous, segment); }

 private:
  static StateMatrix slice(const StateMatrix& all, const Segment& segment) {
    return {all.data() + segment.first_row * all.outerStride(), segment.rows, all.cols(),
            Eigen::OuterStride<>(all.outerStride())};
  }
};

/// Attention weights of one block for one whole prompt, averaged over heads: row-major [T, T], row = query,
/// column = key.
struct AttentionView {
  std::int64_t sequence = 0;
  std::int64_t block = 0;  ///< counted from 0; block b reads state point b
  StateMatrix weights;
};

/// The next-token distribution that the state at `position` predicts, at temperature 1.
struct Prediction {
  std::int64_t sequence = 0;
  std::int64_t position = 0;    ///< of the state that predicts
  std::int64_t token = 0;       ///< id of the token at `position` itself (the newest one the state has seen)
  std::int64_t next_token = 0;  ///< id of the token chosen to follow
  double top1 = 0;              ///< largest probability
  double margin = 0;            ///< largest minus second largest probability
  double entropy = 0;           ///< nats
};

/// An analysis as the source of states sees it. Calls come in this order, from one thread:
/// for each batch: observe at points 0..L of the prompt phase (the last point twice when both state
/// conventions are asked for: raw, then after the final norm), predictions of the last prompt positions;
/// then, while tokens are generated, for each step observe at points 0..L and the predictions;
/// finish_sequence once for each sequence when its last state was seen. Observers keep sufficient statistics,
/// never the memory behind a view.
class Observer {
 public:
  virtual ~Observer() = default;

  /// True when attention of this block is wanted for prompts (asked once, before the run).
  virtual bool wants_attention(std::int64_t /*block*/) const { return false; }
  /// Of each prompt the number of first rows whose Gram matrices are wanted from a source that can make them.
  /// Asked before each batch, like the two that follow, and by such sources only.
  virtual std::int64_t gram_rows(const Segment& /*prompt*/) const { return 0; }
  /// Sequences whose rows' products with each other are wanted, where both share a batch.
  virtual std::vector<std::pair<std::int64_t, std::int64_t>> gram_pairs() const { return {}; }
  /// Of each prompt the rows, counted from its first, that `observe` reads itself at a point of `points`: all
  /// of them unless an observer says less.
  virtual RowRange rows_read(const Segment& prompt, std::int64_t /*point*/, std::int64_t /*points*/) const {
    return {0, prompt.rows};
  }
  virtual void observe(const StateView& view) = 0;
  virtual void observe_attention(const AttentionView& /*view*/) {}
  virtual void observe_prediction(const Prediction& /*prediction*/) {}
  virtual void finish_sequence(std::int64_t /*sequence*/) {}
};

}  // namespace phasescope::states
