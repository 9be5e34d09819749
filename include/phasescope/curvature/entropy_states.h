#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace phasescope::curvature {

/// Low and high entropy of the next-token distribution along runs. A run is low from an entropy at or below
/// q25 until one at or above q75, high the other way round, and nothing before it first meets a threshold. A
/// low episode that ends in a high state is a reopening.
struct EntropyStates {
  std::optional<double> q25;  ///< nats, of the entropies of all runs together
  std::optional<double> q75;
  std::size_t low_episodes = 0;
  std::size_t reopenings = 0;
  std::optional<double> rate;           ///< reopenings over low episodes, of all runs together
  std::optional<double> shuffled_rate;  ///< mean over draws with the entropies of each run in random order
  std::optional<double> shuffled_low;   ///< 2.5 % quantile of the draws
  std::optional<double> shuffled_high;  ///< 97.5 %
  std::string reason;                   ///< why what is absent is absent
};

struct EntropyOptions {
  std::size_t draws = 200;
  std::uint64_t seed = 1234;
};

/// `runs` holds the entropies beside the ct values of each run; undefined ones (NaN) are passed over.
EntropyStates entropy_states(const std::vector<std::vector<double>>& runs, const EntropyOptions& options);

}  // namespace phasescope::curvature
