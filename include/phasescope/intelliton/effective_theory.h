#pragma once

#include <Eigen/Core>

namespace phasescope::intelliton {

/// Effective parameters of one field along the mode chains, as published.
struct EffectiveTheory {
  double alpha = 0;  ///< ln mean_l(A[l, 0] / max(A[l, 1], eps)); 0 with one mode
  double beta = 0;   ///< (second smallest - smallest pole mass) / (mean pole mass + eps); 0 with one mode
  Eigen::VectorXd bare_mass;          ///< minus the slope of ln A over points l < N/4 [K]
  Eigen::VectorXd renormalized_mass;  ///< the same over points l >= 3N/4 [K]; both 0 below 2 points
  Eigen::VectorXd mass_shift;         ///< renormalised - bare [K]
  Eigen::VectorXd
      wavefunction_z;  ///< mean late A / (mean early A + eps) [K]; the early range has a point at least
};

/// `amplitude` is A [N, K]; `pole_mass` [K], empty when the field has no propagator (beta is then 0).
EffectiveTheory effective_theory(const Eigen::MatrixXd& amplitude, const Eigen::VectorXd& pole_mass);

}  // namespace phasescope::intelliton
