#include "phasescope/intelliton/grounded_activation.h"

#include <cmath>
#include <limits>

#include "phasescope/stats/bootstrap.h"

namespace phasescope::intelliton {
namespace {

constexpr const char* kNoGrounded = "no grounded prompt was followed, or there are no species";

/// Sums over the observations of one prompt.
struct PromptSum {
  std::string category;
  std::vector<double> shifts;
  double sum = 0;
};

/// False when an observation has no shift.
bool add_steps(PromptSum& prompt, const ObservedTrajectory& trajectory) {
  for (const StepObservation& step : trajectory.steps) {
    for (const std::size_t species : step.leading) {
      const auto shift = activation_shift(step.species[species], 0);
      if (!shift) return false;
      prompt.shifts.push_back(shift->total());
      prompt.sum += shift->total();
    }
  }
  return true;
}

double mean_of(const std::vector<PromptSum>& prompts, const std::vector<std::size_t>& items) {
  double sum = 0;
  std::size_t count = 0;
  for (const std::size_t i : items) {
    sum += prompts[i].sum;
    count += prompts[i].shifts.size();
  }
  return count == 0 ? std::numeric_limits<double>::quiet_NaN() : sum / static_cast<double>(count);
}

double deviation_of(const std::vector<PromptSum>& prompts, double mean, std::size_t count) {
  constexpr double floor = 1e-6;  // published
  if (count < 2) return floor;
  double squares = 0;
  for (const PromptSum& prompt : prompts) {
    for (const double shift : prompt.shifts) squares += (shift - mean) * (shift - mean);
  }
  return std::sqrt(squares / static_cast<double>(count - 1)) + floor;
}

stats::Estimate mean_with_interval(const std::vector<PromptSum>& prompts, double mean, std::size_t draws,
                                   std::uint64_t seed) {
  std::vector<std::string> categories;
  for (const PromptSum& prompt : prompts) categories.push_back(prompt.category);
  const auto statistic = [&](const std::vector<std::size_t>& items) {
    return std::vector<double>{mean_of(prompts, items)};
  };
  const stats::BootstrapDraws resampled = stats::stratified_bootstrap(
      stats::group_numbers(categories), statistic, {draws, seed, "grounded activation"});
  return stats::with_percentile_interval(mean, resampled, 0);
}

}  // namespace

GroundedActivation grounded_activation(const std::vector<ObservedTrajectory>& trajectories,
                                       std::size_t bootstrap_draws, std::uint64_t seed) {
  GroundedActivation result;
  std::vector<PromptSum> prompts;
  std::vector<std::size_t> all;
  for (const ObservedTrajectory& trajectory : trajectories) {
    if (trajectory.sequence.role != "grounded" || trajectory.steps.empty()) continue;
    prompts.push_back({trajectory.sequence.category, {}, 0});
    if (!add_steps(prompts.back(), trajectory)) {
      result.mean = stats::Estimate::undefined(kNoPropagator);
      return result;
    }
    all.push_back(all.size());
    result.observations += prompts.back().shifts.size();
  }
  result.prompts = prompts.size();
  if (result.observations == 0) {
    result.mean = stats::Estimate::undefined(kNoGrounded);
    return result;
  }
  const double mean = mean_of(prompts, all);
  result.mean = mean_with_interval(prompts, mean, bootstrap_draws, seed);
  result.deviation = deviation_of(prompts, mean, result.observations);
  return result;
}

}  // namespace phasescope::intelliton
