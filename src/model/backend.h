#pragma once

#include "matrix.h"
#include "next_token.h"
#include "pass_reading.h"
#include "rotary.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "phasescope/base/profile.h"
#include "phasescope/checkpoint/checkpoint.h"
#include "phasescope/model/language_model.h"

namespace phasescope::model {

/// Rows of one sequence in a pass.
struct PassSequence {
  std::size_t member = 0;  ///< index of the sequence in the batch
  std::int64_t first_row = 0;
  std::int64_t rows = 0;
  std::int64_t first_position = 0;  ///< of the first row
};

/// What one pass through all blocks works on: whole prompts, or the newest token of each sequence that still
/// generates.
struct PassRows {
  std::vector<std::int64_t> tokens;     ///< one a row
  std::vector<std::int64_t> positions;  ///< one a row
  std::vector<RowPosition> row_positions;
  std::vector<PassSequence> sequences;
  std::vector<bool> attention_blocks;  ///< blocks whose mean attention is wanted; empty: none
  PassReading reading;                 ///< heeded by backends that make Gram matrices
};

/// A row whose next-token distribution is wanted.
struct LogitRow {
  std::int64_t row = 0;
  std::int64_t target = -1;  ///< token whose logit is wanted; -1: none
  double draw = -1;          ///< in [0, 1): choose the next token with it; negative: choose none
};

struct LogitOutcome {
  TokenDistribution distribution;
  double target_logit = 0;
  std::int64_t chosen = -1;
};

/// One batch on its way through the blocks: holds the residual stream and the key-value cache.
class BatchBackend {
 public:
  virtual ~BatchBackend() = default;

  /// Begins a pass; `pass` must outlive it.
  virtual void begin(const PassRows& pass) = 0;
  /// The residual stream [rows, hidden] at `point`, points asked for in order 0 .. blocks. Valid until point
  /// + 2 is asked for or another pass begins.
  virtual ConstMatrix states(std::int64_t point) = 0;
  /// Attention of the block that ends at the point asked for last, averaged over heads, [rows, rows] of one
  /// of the pass's sequences. Only for blocks that the pass names.
  virtual ConstMatrix mean_attention(std::size_t sequence) = 0;
  /// The last point after the final norm, [rows, hidden].
  virtual ConstMatrix normed_states() = 0;
  /// Products of the states that were asked for last; nullptr where the pass asks for none.
  virtual const states::GramMatrices* grams() { return nullptr; }
  /// Distributions of rows of the pass, after its last point was asked for.
  virtual std::vector<LogitOutcome> predict(const std::vector<LogitRow>& rows, const Sampling& sampling) = 0;
};

/// Who holds the weights and computes with them.
class Backend {
 public:
  virtual ~Backend() = default;

  /// `cache_capacities`: positions to keep for each sequence of the batch; 0: none.
  virtual std::unique_ptr<BatchBackend> start_batch(const std::vector<std::int64_t>& cache_capacities) = 0;
  /// Seconds spent on reading and converting weights since the backend was made.
  virtual double load_seconds() const = 0;
  virtual std::string device() const = 0;
  virtual std::string dtype() const = 0;
  /// Who multiplies matrices: as matrix_library_text, or "libtorch".
  virtual std::string matrix_library() const = 0;
  /// True when it holds states elsewhere than in host memory: makes Gram matrices there, and brings rows that
  /// are read.
  virtual bool makes_grams() const { return false; }
  /// Where the time of its work goes.
  Profile& profile() { return profile_; }

 private:
  Profile profile_;
};

/// Errors: environment for a device that is not there, usage for a type that the device does not compute in.
std::unique_ptr<Backend> make_backend(const checkpoint::Checkpoint& checkpoint, const ModelOptions& options);

}  // namespace phasescope::model
