#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "phasescope/intelliton/field_analysis.h"
#include "phasescope/intelliton/matched_modes.h"

namespace phasescope::intelliton {

/// What is kept of one prompt's field until the catalogue is built, by mode.
struct FieldSummary {
  std::string name;  ///< "<category>/<i>"
  Eigen::Index points = 0;
  Eigen::Index tokens = 0;
  std::int64_t nonfinite = 0;
  /// First and last point where the singular value exceeds 0.1 of the mode's maximum; -1 where none does. [K]
  Eigen::VectorXi first_layer, last_layer;
  Eigen::VectorXd amplitude;  ///< mean singular value over points L/4 <= l < 3L/4 [K]
  Eigen::VectorXd helicity;   ///< mean over points [K]
  Eigen::VectorXd spin;       ///< mean over points [K]
  Eigen::VectorXd pole_mass;  ///< [K]; empty, like the next two, when the field has no propagator
  Eigen::VectorXd lattice_mass;
  Eigen::VectorXd exponential_r2;
  Eigen::VectorXd resonance_width;  ///< [K], empty likewise
  std::vector<bool> has_pole;       ///< [K], empty likewise
  double fusion_events = 0;         ///< published events per step over depth
  Eigen::VectorXd spectrum;         ///< power density of the whole field, mean over points [kSpectrumPoints]
  MatchedModes matched;             ///< the sound estimates
  /// V^T of the middle point [K, D] in float32.
  Eigen::MatrixXf middle_right;

  /// Keeps numbers by mode only: drops right vectors, curves, spectra and null draws.
  void drop_arrays();
};

/// How many prompts of a category keep their arrays, so that memory stays bounded when there are thousands:
/// what needs them (species axes, spectra, running masses, nulls) is estimated from these.
inline constexpr std::size_t kArraySamples = 64;

/// Power density of the field over |k| at the spectrum points, by state point; 1 is flat, NaN in a point
/// without power. [N, kSpectrumPoints]
Eigen::MatrixXd layer_spectra(const FieldAnalysis& analysis);

/// Without middle_right and matched modes. With fewer than 3 points the range of the amplitude is empty; the
/// first point is taken then.
FieldSummary summarise(const std::string& name, const FieldAnalysis& analysis);

}  // namespace phasescope::intelliton
