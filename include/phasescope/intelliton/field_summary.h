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
  Eigen::Index tokens = 0;
  std::int64_t nonfinite = 0;
  Eigen::MatrixXd singular_values;  ///< [N, K]
  Eigen::VectorXd amplitude;        ///< mean singular value over points L/4 <= l < 3L/4 [K]
  Eigen::VectorXd helicity;         ///< mean over points [K]
  Eigen::VectorXd spin;             ///< mean over points [K]
  Eigen::VectorXd pole_mass;        ///< [K]; empty, like the next two, when the field has no propagator
  Eigen::VectorXd lattice_mass;
  Eigen::VectorXd exponential_r2;
  std::vector<bool> has_pole;  ///< [K], empty likewise
  double fusion_events = 0;    ///< published events per step over depth
  Eigen::VectorXd spectrum;    ///< power density of the whole field, mean over points [kSpectrumPoints]
  MatchedModes matched;        ///< the sound estimates
  /// V^T of the middle point [K, D] in float32, of the first kVectorSamples prompts of a category only (else
  /// empty), so that memory stays bounded when there are thousands.
  Eigen::MatrixXf middle_right;
};

/// How many prompts of a category keep their right singular vectors.
inline constexpr std::size_t kVectorSamples = 64;

/// Without middle_right and matched modes. With fewer than 3 points the range of the amplitude is empty; the
/// first point is taken then.
FieldSummary summarise(const std::string& name, const FieldAnalysis& analysis);

/// The fields of one prompt category; the first one's layer range is the category's.
struct CategoryFields {
  std::string name;
  std::vector<FieldSummary> prompts;  ///< in prompt order
  RowMatrix right_sum;                ///< sum over all prompts of V^T of the middle point [largest K, D]

  void add_right_vectors(const RowMatrix& right);
};

}  // namespace phasescope::intelliton
