#pragma once

#include "backend.h"
#include "host_weights.h"
#include "linear.h"
#include "split_rows.h"

#include <cstdint>
#include <memory>
#include <vector>

#include "phasescope/checkpoint/checkpoint.h"

namespace phasescope::model {

/// The map from normed states to logits. The vocabulary is passed in panels, and what is wanted of a row is
/// gathered panel by panel: logits of the whole vocabulary exist only of rows that are sampled from.
class Head {
 public:
  /// Keeps the converted weights where `budget` bytes hold them; else they are converted again, panel by
  /// panel, for each use. The others must outlive it.
  Head(const checkpoint::Checkpoint& checkpoint, const NullWeights& null_weights, std::uint64_t budget,
       Linear& linear, Profile& profile);

  /// Memory of what is kept.
  std::uint64_t bytes() const { return bytes_; }
  /// Seconds of predict() that went into converting weights.
  double seconds() const { return seconds_; }

  /// Outcomes of the rows `wanted` of normed states [rows, hidden].
  std::vector<LogitOutcome> predict(ConstMatrix normed, const std::vector<LogitRow>& wanted,
                                    const Sampling& sampling);

 private:
  struct Rows;

  const checkpoint::Architecture& architecture() const { return checkpoint_.architecture(); }
  std::int64_t panels() const;
  PreparedLinear prepare_panel(std::int64_t panel, Lifetime lifetime);
  PreparedLinear panel(std::int64_t panel);
  ConstMatrix gather(ConstMatrix normed, const Rows& rows);
  void add_panel(const PreparedLinear& weights, std::int64_t panel, ConstMatrix input, Rows& rows);
  void add_split_panels(std::int64_t first, std::int64_t count, const PreparedLinear* weights, Rows& rows);
  void add_row(Rows& rows, std::int64_t row, std::int64_t panel, float* logits, std::int64_t count,
               std::int64_t first_token) const;
  void add_all(ConstMatrix input, Rows& rows);
  void finish_logits(float* logits, std::int64_t count) const;

  const checkpoint::Checkpoint& checkpoint_;
  const NullWeights& null_weights_;
  Linear& linear_;
  Profile& profile_;
  std::vector<Buffer> vectors_;
  PreparedLinear project_out_;
  const float* bias_ = nullptr;
  std::vector<PreparedLinear> kept_;
  std::uint64_t bytes_ = 0;
  double seconds_ = 0;
  Buffer gathered_, projected_, logits_;
  SplitRows terms_;
};

}  // namespace phasescope::model
