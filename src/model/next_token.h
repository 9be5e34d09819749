#pragma once

#include <cstdint>

#include "phasescope/model/language_model.h"

namespace phasescope::model {

/// What a row of logits says, at temperature 1.
struct TokenDistribution {
  std::int64_t best = 0;      ///< largest logit, lowest id on a tie
  double top1 = 0;            ///< its probability
  double margin = 0;          ///< to the second largest
  double entropy = 0;         ///< nats
  double log_normalizer = 0;  ///< ln sum exp(logit); a token's log-probability is its logit minus this
  bool finite = true;         ///< false: some logit is NaN or infinite, the rest is meaningless
};

TokenDistribution describe(const float* logits, std::int64_t vocabulary);

/// The next token by the sampling rules: temperature first, then top-k, top-p and min-p, each on what the
/// former left. `draw` in [0, 1) chooses among the kept tokens in order of falling probability (lowest id on
/// a tie).
std::int64_t choose(const Sampling& sampling, const float* logits, std::int64_t vocabulary, double draw);

/// A uniform number in [0, 1) that depends on these three alone (SplitMix64, Steele et al. 2014).
double uniform_draw(std::uint64_t seed, std::uint64_t stream, std::int64_t step);

}  // namespace phasescope::model
