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

/// Candidates in order of falling logit, at most `limit` of them.
std::vector<std::int64_t> ranked(const float* logits, std::int64_t vocabulary, std::int64_t limit) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(vocabulary));
  std::iota(order.begin(), order.end(), 0);
  const auto before = [&](std::int64_t a, std::int64_t b) {
    return logits[a] != logits[b] ? logits[a] > logits[b] : a < b;
  };
  std::partial_sort(order.begin(), order.begin() + limit, order.end(), before);
  order.resize(static_cast<std::size_t>(limit));
  return order;
}

/// How many of the leading probabilities the top-p and min-p rules keep; never none.
std::size_t kept_count(const Sampling& sampling, const std::vector<double>& probabilities) {
  double total = 0;
  for (const double p : probabilities) total += p;
  std::size_t kept = 0;
  double mass = 0;
  while (kept < probabilities.size() && mass < sampling.top_p * total) mass += probabilities[kept++];
  while (kept > 1 && probabilities[kept - 1] < sampling.min_p * probabilities.front()) --kept;
  return std::max<std::size_t>(kept, 1);
}

}  // namespace

TokenDistribution describe(const float* logits, std::int64_t vocabulary) {
  RunningDistribution distribution;
  distribution.add(logits, vocabulary, 0);
  return distribution.distribution();
}

std::int64_t choose(const Sampling& sampling, const float* logits, std::int64_t vocabulary, double draw) {
  if (sampling.temperature <= 0) return std::max_element(logits, logits + vocabulary) - logits;
  const std::int64_t limit = sampling.top_k > 0 ? std::min(sampling.top_k, vocabulary) : vocabulary;
  const std::vector<std::int64_t> order = ranked(logits, vocabulary, limit);
  std::vector<double> probabilities;
  for (const std::int64_t token : order) {
    probabilities.push_back(
        std::exp((static_cast<double>(logits[token]) - logits[order.front()]) / sampling.temperature));
  }
  probabilities.resize(kept_count(sampling, probabilities));
  double remaining = draw * std::accumulate(probabilities.begin(), probabilities.end(), 0.0);
  for (std::size_t i = 0; i < probabilities.size(); ++i) {
    remaining -= probabilities[i];
    if (remaining < 0) return order[i];
  }
  return order[probabilities.size() - 1];
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
