#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "phasescope/intelliton/dynamics.h"

namespace phasescope::intelliton {

/// A trajectory judged by a grounded profile that was fitted without its own pair.
struct HeldOutScore {
  states::Sequence sequence;
  std::size_t profile_prompts = 0;  ///< grounded prompts in the profile
  std::optional<double> shift;      ///< mean over steps and leading species
  std::optional<double> z;  ///< mean of (shift - profile mean) / profile deviation, all against the same base
  std::array<std::optional<double>, kActivationTerms.size()> terms;  ///< each term's mean part of `shift`
  std::string reason;                                                ///< why there is no score
};

/// Trajectories as of observe_trajectories. Those without a pair are judged by all grounded ones but
/// themselves.
std::vector<HeldOutScore> held_out_scores(const std::vector<ObservedTrajectory>& trajectories);

}  // namespace phasescope::intelliton
