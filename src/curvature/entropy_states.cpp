#include "phasescope/curvature/entropy_states.h"

#include <cmath>
#include <utility>

#include "phasescope/base/threads.h"
#include "phasescope/stats/descriptive.h"
#include "phasescope/stats/random.h"

namespace phasescope::curvature {
namespace {

using Runs = std::vector<std::vector<double>>;

struct Episodes {
  std::size_t low = 0;
  std::size_t reopened = 0;

  std::optional<double> rate() const {
    if (low == 0) return std::nullopt;
    return static_cast<double>(reopened) / static_cast<double>(low);
  }
};

void count_episodes(const std::vector<double>& entropies, double q25, double q75, Episodes& episodes) {
  enum class State { none, low, high } state = State::none;
  for (const double entropy : entropies) {
    if (entropy <= q25 && state != State::low) {
      ++episodes.low;
      state = State::low;
    } else if (entropy >= q75 && state != State::high) {
      if (state == State::low) ++episodes.reopened;
      state = State::high;
    }
  }
}

Runs defined_only(const Runs& runs) {
  Runs defined;
  for (const auto& run : runs) {
    defined.emplace_back();
    for (const double entropy : run) {
      if (!std::isnan(entropy)) defined.back().push_back(entropy);
    }
  }
  return defined;
}

std::vector<double> shuffled(const std::vector<double>& values, stats::RandomStream& stream) {
  std::vector<double> result;
  for (const std::size_t item : stats::random_permutation(values.size(), stream))
    result.push_back(values[item]);
  return result;
}

std::vector<double> shuffled_rates(const Runs& runs, double q25, double q75, const EntropyOptions& options) {
  std::vector<std::optional<double>> rates(options.draws);
  parallel_for(static_cast<std::int64_t>(options.draws), [&](std::int64_t i) {
    const auto draw = static_cast<std::size_t>(i);
    stats::RandomStream stream(stats::stream_key(options.seed, "entropy", draw));
    Episodes episodes;
    for (const auto& run : runs) count_episodes(shuffled(run, stream), q25, q75, episodes);
    rates[draw] = episodes.rate();
  });
  return stats::defined_values(rates);
}

void add_shuffled(EntropyStates& result, const Runs& runs, const EntropyOptions& options) {
  const std::vector<double> rates = shuffled_rates(runs, *result.q25, *result.q75, options);
  if (rates.empty()) return;
  result.shuffled_rate = stats::mean(rates);
  result.shuffled_low = stats::quantile(rates, 0.025);
  result.shuffled_high = stats::quantile(rates, 0.975);
}

}  // namespace

EntropyStates entropy_states(const std::vector<std::vector<double>>& runs, const EntropyOptions& options) {
  EntropyStates result;
  const Runs defined = defined_only(runs);
  std::vector<double> pooled;
  for (const auto& run : defined) pooled.insert(pooled.end(), run.begin(), run.end());
  if (pooled.empty()) {
    result.reason = "no next-token distribution was seen";
    return result;
  }
  result.q25 = stats::quantile(pooled, 0.25);
  result.q75 = stats::quantile(std::move(pooled), 0.75);
  if (*result.q25 == *result.q75) {
    result.reason = "both thresholds are equal";
    return result;
  }
  Episodes episodes;
  for (const auto& run : defined) count_episodes(run, *result.q25, *result.q75, episodes);
  result.low_episodes = episodes.low;
  result.reopenings = episodes.reopened;
  result.rate = episodes.rate();
  add_shuffled(result, defined, options);
  return result;
}

}  // namespace phasescope::curvature
