#include "phasescope/intelliton/dynamics.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <tuple>

#include "phasescope/base/threads.h"

namespace phasescope::intelliton {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

std::vector<std::size_t> most_occupied(const std::vector<SpeciesObservation>& species) {
  std::vector<std::size_t> order(species.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return species[a].occupation > species[b].occupation;
  });
  order.resize(std::min(order.size(), kLeadingSpecies));
  return order;
}

StepObservation observe_step(const ModeObservables& field, const std::vector<Species>& species) {
  StepObservation observation;
  observation.species = observe_species(field, species);
  observation.leading = most_occupied(observation.species);
  return observation;
}

double base_at(const MatrixXd& base, std::size_t step, std::size_t species) {
  const auto row = static_cast<Index>(step), column = static_cast<Index>(species);
  return row < base.rows() && column < base.cols() ? base(row, column) : 0;
}

double mean(const std::vector<double>& values) {
  if (values.empty()) return 0;
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double deviation(const std::vector<double>& values) {
  constexpr double floor = 1e-6;
  if (values.size() < 2) return floor;
  double sum = 0;
  for (const double value : values) sum += std::pow(value - mean(values), 2);
  return std::sqrt(sum / static_cast<double>(values.size() - 1)) + floor;
}

std::optional<double> total(const std::optional<ActivationShift>& shift) {
  return shift ? std::optional<double>(shift->total()) : std::nullopt;
}

/// Values of one step and species over the trajectories that reach it.
template <typename Value>
std::vector<double> values_at(const std::vector<const ObservedTrajectory*>& trajectories, Index step,
                              Index species, Value value) {
  std::vector<double> values;
  for (const ObservedTrajectory* trajectory : trajectories) {
    if (step >= static_cast<Index>(trajectory->steps.size())) continue;
    const std::optional<double> found =
        value(trajectory->steps[static_cast<std::size_t>(step)], static_cast<std::size_t>(species));
    if (found) values.push_back(*found);
  }
  return values;
}

/// Means over trajectories into a table [steps, species].
template <typename Value>
void fill(MatrixXd& table, const std::vector<const ObservedTrajectory*>& trajectories, Value value) {
  table = MatrixXd::NullaryExpr(table.rows(), table.cols(), [&](Index step, Index species) {
    return mean(values_at(trajectories, step, species, value));
  });
}

template <typename Value>
void fill_moments(GroundedProfile& profile, const std::vector<const ObservedTrajectory*>& trajectories,
                  Value value) {
  profile.shift_mean.resizeLike(profile.base_occupation);
  fill(profile.shift_mean, trajectories, value);
  profile.shift_deviation = MatrixXd::NullaryExpr(
      profile.base_occupation.rows(), profile.base_occupation.cols(),
      [&](Index step, Index species) { return deviation(values_at(trajectories, step, species, value)); });
}

struct TransitionSum {
  std::size_t count = 0;
  double shift = 0;
  bool defined = true;
};

using TransitionKey = std::tuple<std::string, std::size_t, std::size_t>;

void count_transitions(const ObservedTrajectory& trajectory, std::map<TransitionKey, TransitionSum>& counts) {
  for (std::size_t step = 0; step + 1 < trajectory.steps.size(); ++step) {
    const StepObservation& next = trajectory.steps[step + 1];
    const std::size_t target = next.first();
    TransitionSum& sum = counts[{trajectory.sequence.role, trajectory.steps[step].first(), target}];
    ++sum.count;
    sum.defined = sum.defined && next.shift[target].has_value();
    if (next.shift[target]) sum.shift += next.shift[target]->total();
  }
}

std::vector<Transition> transition_graph(const std::vector<ObservedTrajectory>& trajectories) {
  std::map<TransitionKey, TransitionSum> counts;
  for (const auto& trajectory : trajectories) count_transitions(trajectory, counts);
  std::vector<Transition> graph;
  for (const auto& [key, sum] : counts) {
    Transition edge{std::get<0>(key), std::get<1>(key), std::get<2>(key), sum.count, std::nullopt};
    if (sum.defined) edge.mean_target_shift = sum.shift / static_cast<double>(sum.count);
    graph.push_back(std::move(edge));
  }
  return graph;
}

}  // namespace

std::vector<ObservedTrajectory> observe_trajectories(const std::vector<Trajectory>& trajectories,
                                                     const std::vector<Species>& species) {
  std::vector<ObservedTrajectory> observed(trajectories.size());
  parallel_for(static_cast<std::int64_t>(trajectories.size()), [&](std::int64_t i) {
    const auto place = static_cast<std::size_t>(i);
    observed[place].sequence = trajectories[place].sequence;
    for (const ModeObservables& step : trajectories[place].steps) {
      observed[place].steps.push_back(observe_step(step, species));
    }
  });
  return observed;
}

GroundedProfile grounded_profile(const std::vector<const ObservedTrajectory*>& grounded) {
  GroundedProfile profile;
  profile.prompts = grounded.size();
  std::size_t steps = 0, species = 0;
  for (const auto* trajectory : grounded) {
    steps = std::max(steps, trajectory->steps.size());
    if (!trajectory->steps.empty()) species = trajectory->steps.front().species.size();
  }
  profile.base_occupation.resize(static_cast<Index>(steps), static_cast<Index>(species));
  fill(profile.base_occupation, grounded, [](const StepObservation& observation, std::size_t s) {
    return std::optional<double>(observation.species[s].occupation);
  });
  const auto first_pass = [](const StepObservation& observation, std::size_t s) {
    return total(activation_shift(observation.species[s], 0));
  };
  fill_moments(profile, grounded, first_pass);
  return profile;
}

void set_shift_moments(GroundedProfile& profile, const std::vector<const ObservedTrajectory*>& grounded) {
  fill_moments(profile, grounded,
               [](const StepObservation& observation, std::size_t s) { return total(observation.shift[s]); });
}

void set_shifts(ObservedTrajectory& trajectory, const MatrixXd& base_occupation) {
  for (std::size_t step = 0; step < trajectory.steps.size(); ++step) {
    StepObservation& observation = trajectory.steps[step];
    observation.shift.clear();
    for (std::size_t s = 0; s < observation.species.size(); ++s) {
      observation.shift.push_back(
          activation_shift(observation.species[s], base_at(base_occupation, step, s)));
    }
  }
}

FieldDynamics field_dynamics(const std::vector<std::pair<std::string, ModeObservables>>& fields,
                             std::size_t baseline, const std::vector<Species>& species) {
  FieldDynamics dynamics;
  dynamics.baseline_occupation = Eigen::VectorXd::Zero(static_cast<Index>(species.size()));
  for (const auto& [name, field] : fields) dynamics.fields.emplace_back(name, observe_step(field, species));
  for (std::size_t s = 0; s < species.size(); ++s) {
    double& base = dynamics.baseline_occupation(static_cast<Index>(s));
    for (std::size_t i = 0; i < baseline; ++i) base += dynamics.fields[i].second.species[s].occupation;
    if (baseline > 0) base /= static_cast<double>(baseline);
    for (auto& [name, field] : dynamics.fields)
      field.shift.push_back(activation_shift(field.species[s], base));
  }
  return dynamics;
}

Dynamics published_dynamics(const std::vector<Trajectory>& trajectories,
                            const std::vector<Species>& species) {
  Dynamics dynamics;
  if (species.empty()) return dynamics;
  dynamics.trajectories = observe_trajectories(trajectories, species);
  std::vector<const ObservedTrajectory*> grounded;
  for (const auto& trajectory : dynamics.trajectories) {
    if (trajectory.sequence.role == "grounded" && !trajectory.steps.empty()) grounded.push_back(&trajectory);
  }
  if (!grounded.empty()) dynamics.profile = grounded_profile(grounded);
  const MatrixXd base = dynamics.profile ? dynamics.profile->base_occupation : MatrixXd();
  for (auto& trajectory : dynamics.trajectories) set_shifts(trajectory, base);
  dynamics.transitions = transition_graph(dynamics.trajectories);
  return dynamics;
}

}  // namespace phasescope::intelliton
