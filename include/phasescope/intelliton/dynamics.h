#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <Eigen/Core>

#include "phasescope/intelliton/occupation.h"
#include "phasescope/intelliton/trajectory_observer.h"

namespace phasescope::intelliton {

/// One field of a prompt or step read against the catalogue.
struct StepObservation {
  std::vector<SpeciesObservation> species;  ///< in catalogue order
  std::vector<std::size_t> leading;  ///< the most occupied species, most first; kLeadingSpecies of them
  std::vector<std::optional<ActivationShift>> shift;  ///< against the grounded profile's occupation

  std::size_t first() const { return leading.front(); }
};

inline constexpr std::size_t kLeadingSpecies = 5;

struct ObservedTrajectory {
  states::Sequence sequence;
  std::vector<StepObservation> steps;
};

/// Occupations of grounded prompts. The shift's mean and standard deviation are those of the first pass, in
/// which the base occupation is 0.
struct GroundedProfile {
  std::size_t prompts = 0;
  Eigen::MatrixXd base_occupation;  ///< mean over grounded prompts that reach the step [steps, species]
  Eigen::MatrixXd shift_mean;       ///< [steps, species]
  Eigen::MatrixXd shift_deviation;  ///< divisor n-1, + 1e-6; 1e-6 with one prompt [steps, species]
};

/// Leading species of neighbouring steps, counted over the trajectories of one group.
struct Transition {
  std::string group;
  std::size_t source = 0;
  std::size_t target = 0;
  std::size_t count = 0;
  std::optional<double> mean_target_shift;  ///< absent without a propagator
};

struct Dynamics {
  std::optional<GroundedProfile> profile;  ///< absent when no trajectory is grounded
  std::vector<ObservedTrajectory> trajectories;
  std::vector<Transition> transitions;  ///< by group, source, target
};

/// The steps of every trajectory against the catalogue's species, without shifts.
std::vector<ObservedTrajectory> observe_trajectories(const std::vector<Trajectory>& trajectories,
                                                     const std::vector<Species>& species);

/// From the trajectories that `is_grounded` accepts.
GroundedProfile grounded_profile(const std::vector<const ObservedTrajectory*>& grounded);

/// Replaces the profile's mean and deviation by those of the shifts that the trajectories carry (set_shifts).
void set_shift_moments(GroundedProfile& profile, const std::vector<const ObservedTrajectory*>& grounded);

/// Sets every step's shift against the profile; steps and species beyond it have base occupation 0.
void set_shifts(ObservedTrajectory& trajectory, const Eigen::MatrixXd& base_occupation);

/// Whole prompts read against the catalogue.
struct FieldDynamics {
  Eigen::VectorXd baseline_occupation;  ///< mean over the prompts of the first category [species]
  std::vector<std::pair<std::string, StepObservation>> fields;  ///< by name, in the given order
};

/// `fields`: each prompt's name and observables. `baseline`: how many of them, from the first on, are of the
/// category that supplies the baseline.
FieldDynamics field_dynamics(const std::vector<std::pair<std::string, ModeObservables>>& fields,
                             std::size_t baseline, const std::vector<Species>& species);

/// The published dynamics: the profile of all trajectories whose role is "grounded", shifts against it, and
/// the transition graph by role. Empty without species.
Dynamics published_dynamics(const std::vector<Trajectory>& trajectories, const std::vector<Species>& species);

}  // namespace phasescope::intelliton
