#include "next_token.h"

#include "running_distribution.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include <Eigen/Core>

namespace phasescope::model {
namespace {

/// The tokens by falling logit, lowest id first on a tie. Sorted only as far as asked: a draw mostly ends
/// among the first few of a large vocabulary.
class FallingOrder {
 public:
  FallingOrder(const float* logits, std::int64_t vocabulary) : logits_(logits) {
    order_.resize(static_cast<std::size_t>(vocabulary));
    std::iota(order_.begin(), order_.end(), 0);
  }

  std::int64_t operator[](std::size_t rank) {
    while (sorted_ <= rank) sort_further();
    return order_[rank];
  }

 private:
  void sort_further() {
    const auto before = [this](std::int32_t a, std::int32_t b) {
      return logits_[a] != logits_[b] ? logits_[a] > logits_[b] : a < b;
    };
    const std::size_t target = std::min(order_.size(), std::max<std::size_t>(64, 8 * sorted_));
    const auto begin = order_.begin() + static_cast<std::ptrdiff_t>(sorted_);
    const auto end = order_.begin() + static_cast<std::ptrdiff_t>(target);
    if (target < order_.size()) std::nth_element(begin, end, order_.end(), before);
    std::sort(begin, end, before);
    sorted_ = target;
  }

  const float* logits_;
  std::vector<std::int32_t> order_;
  std::size_t sorted_ = 0;
};

/// The candidates of a draw by falling weight exp((logit - largest) / temperature).
class Candidates {
 public:
  Candidates(const Sampling& sampling, const float* logits, std::int64_t vocabulary)
      : sampling_(sampling),
        logits_(logits),
        order_(logits, vocabulary),
        count_(static_cast<std::size_t>(vocabulary)) {
    largest_ = logits[order_[0]];
    if (sampling.top_k > 0) count_ = std::min(count_, static_cast<std::size_t>(sampling.top_k));
  }

  /// Their weight after top-k, then top-p and min-p; never that of none. Sets how many are left.
  double keep() {
    const bool whole = sampling_.top_p >= 1 && sampling_.min_p <= 0;
    const double total = weight_of_all();
    if (whole) return total;
    std::size_t kept = 0;
    double mass = 0;
    while (kept < count_ && mass < sampling_.top_p * total &&
           (kept == 0 || weight(kept) >= sampling_.min_p)) {
      mass += weight(kept++);
    }
    count_ = std::max<std::size_t>(kept, 1);
    return mass;
  }

  /// The token at `position` of the summed weights.
  std::int64_t at(double position) {
    std::size_t rank = 0;
    for (; rank + 1 < count_; ++rank) {
      position -= weight(rank);
      if (position < 0) break;
    }
    return order_[rank];
  }

 private:
  double weight_of(float logit) const {
    return std::exp((static_cast<double>(logit) - largest_) / sampling_.temperature);
  }
  double weight(std::size_t rank) { return weight_of(logits_[order_[rank]]); }

  double weight_of_all() {
    double total = 0;
    if (sampling_.top_k > 0) {
      for (std::size_t rank = 0; rank < count_; ++rank) total += weight(rank);
    } else {
      for (std::size_t token = 0; token < count_; ++token) total += weight_of(logits_[token]);
    }
    return total;
  }

  const Sampling& sampling_;
  const float* logits_;
  FallingOrder order_;
  std::size_t count_;
  double largest_ = 0;
};

}  // namespace

TokenDistribution describe(const float* logits, std::int64_t vocabulary) {
  RunningDistribution distribution;
  distribution.add(logits, vocabulary, 0);
  return distribution.distribution();
}

std::int64_t choose(const Sampling& sampling, const float* logits, std::int64_t vocabulary, double draw) {
  if (sampling.temperature <= 0) return std::max_element(logits, logits + vocabulary) - logits;
  Candidates candidates(sampling, logits, vocabulary);
  const double kept = candidates.keep();
  return candidates.at(draw * kept);
}

double uniform_draw(std::uint64_t seed, std::uint64_t stream, std::int64_t step) {
  std::uint64_t state = seed;
  const auto mix = [&](std::uint64_t input) {
    state += 0x9E3779B97F4A7C15ULL + input;
    std::uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    state = z ^ (z >> 31);
  };
  mix(0);
  mix(stream);
  mix(static_cast<std::uint64_t>(step));
  return static_cast<double>(state >> 11) * 0x1.0p-53;
}

}  // namespace phasescope::model
