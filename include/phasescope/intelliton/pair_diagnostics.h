#pragma once

#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "phasescope/intelliton/pair_observer.h"

namespace phasescope::intelliton {

/// Section 9 of the published method over all pairs. Means are over the pairs that have a signature.
struct PairDiagnostics {
  std::vector<ComparedPair> pairs;
  std::vector<ComparedPair> controls;
  Eigen::VectorXd mean_spectral_divergence;  ///< [N]; these three are empty without any signature
  Eigen::VectorXd mean_entropy_gap;
  Eigen::VectorXd mean_coherence_loss;
  std::optional<int> critical_layer;    ///< largest mean divergence
  std::optional<int> early_peak_layer;  ///< the same before point N/2
  std::optional<int> late_peak_layer;   ///< and from there on
  std::optional<double> early_peak_strength;
  std::optional<double> late_peak_strength;
  std::optional<double> flag_rate;
  std::optional<double> control_flag_rate;  ///< published as 0 when there are no controls
  std::optional<double> confidence_gap;     ///< mean grounded - mean other, over pairs that have both
};

inline constexpr const char* kNoPairs = "no pair was compared";
inline constexpr const char* kNoControls = "no two grounded prompts share a category";
inline constexpr const char* kNoConfidence = "no next-token distribution was observed";

PairDiagnostics pair_diagnostics(std::vector<ComparedPair> pairs, std::vector<ComparedPair> controls);

}  // namespace phasescope::intelliton
