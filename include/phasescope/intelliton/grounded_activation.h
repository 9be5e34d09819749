#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "phasescope/intelliton/dynamics.h"
#include "phasescope/stats/estimate.h"

namespace phasescope::intelliton {

/// The published summary of grounded generation in one number: the mode activation shift with base occupation
/// 0, over grounded prompts, their steps and the leading species of each step.
struct GroundedActivation {
  std::size_t prompts = 0;
  std::size_t observations = 0;     ///< prompts x steps x leading species
  stats::Estimate mean;             ///< as published; the interval is over prompts within category
  std::optional<double> deviation;  ///< divisor n - 1, + 1e-6, as published
};

/// Of the trajectories whose role is "grounded". Undefined with the reason where there are none, and where
/// the fields have no propagator.
GroundedActivation grounded_activation(const std::vector<ObservedTrajectory>& trajectories,
                                       std::size_t bootstrap_draws, std::uint64_t seed);

}  // namespace phasescope::intelliton
