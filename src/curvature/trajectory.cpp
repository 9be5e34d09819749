#include "phasescope/curvature/trajectory.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace phasescope::curvature {
namespace {

using Eigen::Index;

constexpr double negligible = 1e-12;
constexpr std::array<Delta, 3> deltas = {Delta::chord, Delta::cosine, Delta::arc};
constexpr std::array<Curvature, 5> curvatures = {Curvature::turning, Curvature::turning_cosine,
                                                 Curvature::second_difference, Curvature::menger,
                                                 Curvature::three_point};

double norm_of_row(const States& states, Index row) {
  return norm_of(states.row(row).data(), static_cast<std::size_t>(states.cols()));
}

/// Keeps the rows that pass, in place.
template <class Passes>
void keep_rows(NormalisedStates& run, Passes passes) {
  std::size_t count = 0;
  for (std::size_t row = 0; row < run.size(); ++row) {
    if (!passes(row)) {
      run.dropped.push_back(run.kept[row]);
      continue;
    }
    if (count != row) run.states.row(static_cast<Index>(count)) = run.states.row(static_cast<Index>(row));
    run.norms[count] = run.norms[row];
    run.kept[count++] = run.kept[row];
  }
  if (count == run.size()) return;
  run.states.conservativeResize(static_cast<Index>(count), Eigen::NoChange);
  run.norms.resize(count);
  run.kept.resize(count);
  std::sort(run.dropped.begin(), run.dropped.end());
}

void measure_norms(NormalisedStates& run) {
  run.norms.resize(run.size());
  for (std::size_t row = 0; row < run.size(); ++row) {
    run.norms[row] = norm_of_row(run.states, static_cast<Index>(row));
  }
}

NormalisedStates usable_states(States states) {
  NormalisedStates run;
  run.states = std::move(states);
  for (Index row = 0; row < run.states.rows(); ++row) run.kept.push_back(row);
  measure_norms(run);
  keep_rows(run, [&](std::size_t row) { return std::isfinite(run.norms[row]) && run.norms[row] > 0; });
  return run;
}

void scale_to_unit_length(NormalisedStates& run) {
  for (std::size_t row = 0; row < run.size(); ++row) {
    run.states.row(static_cast<Index>(row)) *= 1 / run.norms[row];
    run.norms[row] = 1;
  }
}

void remove_mean(States& states) {
  if (states.rows() == 0) return;
  const Eigen::RowVectorXd mean = states.colwise().sum() / static_cast<double>(states.rows());
  states.rowwise() -= mean;
}

void centre(NormalisedStates& run) {
  remove_mean(run.states);
  measure_norms(run);
  const double largest = run.norms.empty() ? 0 : *std::max_element(run.norms.begin(), run.norms.end());
  keep_rows(run, [&](std::size_t row) { return run.norms[row] > negligible * largest; });
  scale_to_unit_length(run);
}

void standardise(NormalisedStates& run) {
  if (run.size() == 0) return;
  const Eigen::RowVectorXd largest = run.states.cwiseAbs().colwise().maxCoeff();
  remove_mean(run.states);
  const Eigen::RowVectorXd deviation =
      (run.states.colwise().squaredNorm() / static_cast<double>(run.size())).cwiseSqrt();
  for (Index channel = 0; channel < run.states.cols(); ++channel) {
    if (deviation[channel] <= negligible * largest[channel]) {
      run.states.col(channel).setZero();
    } else {
      run.states.col(channel) /= deviation[channel];
    }
  }
  measure_norms(run);
}

/// The step lengths ||u_{k+1} - u_k||, and what turns are made of.
struct Steps {
  std::vector<double> lengths;
  std::vector<Meeting> meetings;  ///< entry k: of steps k and k+1
};

Steps steps_of(const NormalisedStates& run) {
  Steps steps;
  if (run.size() >= 2) steps.lengths.push_back(distance(run[0], run[1]));
  for (std::size_t k = 0; k + 2 < run.size(); ++k) {
    steps.meetings.push_back(meeting_of(run[k], run[k + 1], run[k + 2]));
    steps.lengths.push_back(steps.meetings.back().newer);
  }
  return steps;
}

std::vector<double> deltas_of(const NormalisedStates& run, Delta kind, const std::vector<double>& lengths) {
  std::vector<double> values;
  for (std::size_t k = 0; k < lengths.size(); ++k) {
    values.push_back(delta_of(kind, run[k], run[k + 1], lengths[k]));
  }
  return values;
}

/// Pairs the deltas of steps with the curvatures of the turns between them.
TrajectoryTerms combine(const std::vector<double>& delta, std::vector<double> curvature,
                        Alignment alignment) {
  TrajectoryTerms terms;
  terms.curvature = std::move(curvature);
  for (std::size_t k = 0; k < terms.curvature.size(); ++k) {
    terms.delta.push_back(delta[alignment == Alignment::causal ? k + 1 : k]);
    terms.ct.push_back(product_of(terms.delta[k], terms.curvature[k]));
  }
  return terms;
}

}  // namespace

NormalisedStates normalise(States states, Norm norm) {
  NormalisedStates run = usable_states(std::move(states));
  if (norm == Norm::l2) scale_to_unit_length(run);
  if (norm == Norm::centred) centre(run);
  if (norm == Norm::standardised) standardise(run);
  return run;
}

TrajectoryTerms trajectory_terms(const NormalisedStates& run, const Definition& definition) {
  const Steps steps = steps_of(run);
  std::vector<double> curvature;
  for (std::size_t k = 0; k < steps.meetings.size(); ++k) {
    const Turn turn =
        turn_of(definition.curvature, run[k], run[k + 1], run[k + 2], steps.lengths[k], steps.meetings[k]);
    curvature.push_back(curvature_of(definition.curvature, turn));
  }
  return combine(deltas_of(run, definition.delta, steps.lengths), std::move(curvature), definition.alignment);
}

std::vector<TrajectoryTerms> terms_of_all_combinations(const NormalisedStates& run, Alignment alignment) {
  const Steps steps = steps_of(run);
  std::array<std::vector<double>, curvatures.size()> curvature;
  for (std::size_t k = 0; k < steps.meetings.size(); ++k) {
    const Turn turn =
        turn_with_all_members(run[k], run[k + 1], run[k + 2], steps.lengths[k], steps.meetings[k]);
    for (std::size_t c = 0; c < curvatures.size(); ++c) {
      curvature[c].push_back(curvature_of(curvatures[c], turn));
    }
  }
  std::vector<TrajectoryTerms> all;
  for (const Delta kind : deltas) {
    const std::vector<double> delta = deltas_of(run, kind, steps.lengths);
    for (const auto& values : curvature) all.push_back(combine(delta, values, alignment));
  }
  return all;
}

}  // namespace phasescope::curvature
