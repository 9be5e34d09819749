#pragma once

#include <cstdint>
#include <string>

#include <Eigen/Core>

#include "phasescope/intelliton/field_analysis.h"

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
  Eigen::MatrixXf
      middle_right;  ///< V^T [K, D]; float32 so that thousands of prompts fit, for means and cosines
};

/// With fewer than 3 points the range of the amplitude is empty; the first point is taken then.
FieldSummary summarise(const std::string& name, const FieldAnalysis& analysis);

}  // namespace phasescope::intelliton
