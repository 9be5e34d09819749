#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <Eigen/Core>

#include "phasescope/curvature/definition.h"
#include "phasescope/curvature/geometry.h"

namespace phasescope::curvature {

/// States of one run at one layer, one row a token.
using States = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// The kept states after normalisation. A state with a non-finite entry or of norm 0 is dropped, and so is
/// one whose norm after centring is at most 1e-12 of the largest; the trajectory closes over the gap. Means
/// and deviations are over kept states. `standardised` drops nothing further: a channel whose deviation is at
/// most 1e-12 of its largest absolute value becomes 0.
struct NormalisedStates {
  States states;                   ///< [kept, width]
  std::vector<double> norms;       ///< of the rows; exactly 1 under l2 and centred
  std::vector<std::int64_t> kept;  ///< row numbers of the input, ascending
  std::vector<std::int64_t> dropped;

  std::size_t size() const { return kept.size(); }
  StatePointer operator[](std::size_t row) const {
    return {states.row(static_cast<Eigen::Index>(row)).data(), static_cast<std::size_t>(states.cols()),
            norms[row]};
  }
};

NormalisedStates normalise(States states, Norm norm);

/// The local terms of a run of n states: n-2 values each, or none when n < 3.
struct TrajectoryTerms {
  std::vector<double> ct;
  std::vector<double>
      delta;  ///< the delta that enters ct; `undefined` only for an angle at a state of norm 0
  std::vector<double> curvature;  ///< `undefined` at zero steps
};

/// delta, curvature and their product along a trajectory (the definition's norm and span are those of the
/// states given).
TrajectoryTerms trajectory_terms(const NormalisedStates& states, const Definition& definition);

/// The terms of all 15 combinations of delta and curvature on the same states, deltas outermost, in the order
/// of their enumerations.
std::vector<TrajectoryTerms> terms_of_all_combinations(const NormalisedStates& states, Alignment alignment);

}  // namespace phasescope::curvature
