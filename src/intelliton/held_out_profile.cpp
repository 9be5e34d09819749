#include "phasescope/intelliton/held_out_profile.h"

#include "phasescope/base/threads.h"

namespace phasescope::intelliton {
namespace {

using Eigen::Index;

bool same_pair(const states::Sequence& a, const states::Sequence& b) {
  return a.index == b.index || (!a.pair.empty() && a.pair == b.pair);
}

std::vector<ObservedTrajectory> grounded_without(const std::vector<ObservedTrajectory>& trajectories,
                                                 const states::Sequence& judged) {
  std::vector<ObservedTrajectory> grounded;
  for (const auto& trajectory : trajectories) {
    if (trajectory.sequence.role != "grounded" || trajectory.steps.empty()) continue;
    if (!same_pair(trajectory.sequence, judged)) grounded.push_back(trajectory);
  }
  return grounded;
}

/// Mean and deviation of the shift against the profile's own base occupation (the published ones are of a
/// first pass against 0, another scale than the shifts they are compared with).
GroundedProfile calibrated_profile(std::vector<ObservedTrajectory> grounded) {
  std::vector<const ObservedTrajectory*> members;
  for (const auto& trajectory : grounded) members.push_back(&trajectory);
  GroundedProfile profile = grounded_profile(members);
  for (auto& trajectory : grounded) set_shifts(trajectory, profile.base_occupation);
  set_shift_moments(profile, members);
  return profile;
}

/// Sums over steps and leading species.
struct ScoreSums {
  double count = 0, shift = 0, z = 0;
  std::array<double, kActivationTerms.size()> terms{};
};

void add_step(ScoreSums& sums, const StepObservation& observation, const GroundedProfile& profile,
              Index step) {
  if (step >= profile.base_occupation.rows()) return;
  for (const std::size_t s : observation.leading) {
    if (!observation.shift[s]) continue;
    const auto species = static_cast<Index>(s);
    const double shift = observation.shift[s]->total();
    sums.count += 1;
    sums.shift += shift;
    sums.z += (shift - profile.shift_mean(step, species)) / profile.shift_deviation(step, species);
    for (std::size_t term = 0; term < sums.terms.size(); ++term)
      sums.terms[term] += observation.shift[s]->terms[term];
  }
}

HeldOutScore score(const ObservedTrajectory& trajectory, const std::vector<ObservedTrajectory>& all) {
  HeldOutScore result;
  result.sequence = trajectory.sequence;
  const auto grounded = grounded_without(all, trajectory.sequence);
  result.profile_prompts = grounded.size();
  if (grounded.size() < 2) {
    result.reason = "fewer than two grounded prompts of other pairs";
    return result;
  }
  const GroundedProfile profile = calibrated_profile(grounded);
  ObservedTrajectory judged = trajectory;
  set_shifts(judged, profile.base_occupation);
  ScoreSums sums;
  for (std::size_t step = 0; step < judged.steps.size(); ++step) {
    add_step(sums, judged.steps[step], profile, static_cast<Index>(step));
  }
  if (sums.count == 0) {
    result.reason = judged.steps.empty() ? "no generation step was observed" : kNoPropagator;
    return result;
  }
  result.shift = sums.shift / sums.count;
  result.z = sums.z / sums.count;
  for (std::size_t term = 0; term < sums.terms.size(); ++term)
    result.terms[term] = sums.terms[term] / sums.count;
  return result;
}

}  // namespace

std::vector<HeldOutScore> held_out_scores(const std::vector<ObservedTrajectory>& trajectories) {
  std::vector<HeldOutScore> scores(trajectories.size());
  parallel_for(static_cast<std::int64_t>(trajectories.size()), [&](std::int64_t i) {
    const auto place = static_cast<std::size_t>(i);
    scores[place] = score(trajectories[place], trajectories);
  });
  return scores;
}

}  // namespace phasescope::intelliton
