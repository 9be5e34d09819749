#pragma once

#include "next_token.h"

#include <cstdint>
#include <limits>

namespace phasescope::model {

/// A row of logits described while it is computed piece by piece: nothing of a piece is kept.
class RunningDistribution {
 public:
  /// `with_entropy` false: only the normaliser, for likelihoods.
  explicit RunningDistribution(bool with_entropy = true) : with_entropy_(with_entropy) {}

  /// The logits of tokens [first, first + count).
  void add(const float* logits, std::int64_t count, std::int64_t first);
  /// What another has seen of the same row, of tokens after all that this one has seen.
  void append(RunningDistribution later);
  TokenDistribution distribution() const;

 private:
  void raise_largest(float largest);

  bool with_entropy_;
  bool finite_ = true;
  std::int64_t best_ = 0;
  std::int64_t count_ = 0;
  float largest_ = -std::numeric_limits<float>::infinity();
  float second_ = -std::numeric_limits<float>::infinity();
  double weight_ = 0;        ///< sum exp(z - largest)
  double weighted_gap_ = 0;  ///< sum (z - largest) exp(z - largest)
};

}  // namespace phasescope::model
