#pragma once

#include <string>

#include <Eigen/Core>

#include "phasescope/intelliton/matched_modes.h"

namespace phasescope::intelliton {

/// The draws that the options ask for. `chain` [N, K]: the mode of each point that a match goes through, -1
/// outside; `modes`: the estimates of the field as it is; `name` keys the random streams.
ShuffleDraws shuffle_draws(const FieldStatistics& field, const Eigen::MatrixXi& chain,
                           const MatchedModes& modes, const std::string& name, const MatchOptions& options);

/// Power density of each mode over |k| at the spectrum points, mean over its matched points, from |u~| by
/// point in bins 0 .. T/2. [kSpectrumPoints, K]
Eigen::MatrixXd matched_spectrum(const std::vector<Eigen::MatrixXd>& half_magnitudes, Eigen::Index tokens,
                                 const Eigen::MatrixXi& chain, const MatchedModes& modes);

/// Mean over the matched points of values [N, K by mode].
Eigen::VectorXd mean_along(const Eigen::MatrixXi& chain, const MatchedModes& modes,
                           const Eigen::MatrixXd& values);

}  // namespace phasescope::intelliton
