#pragma once

#include <vector>

#include <Eigen/Core>

#include "phasescope/intelliton/propagator.h"

namespace phasescope::intelliton {

/// The Lorentzian A / ((omega - omega_0)^2 + (Gamma/2)^2) fitted to the spectral density of each mode.
struct Resonances {
  Eigen::VectorXd center;     ///< omega_0; 0 without a pole
  Eigen::VectorXd width;      ///< Gamma; pi without a pole
  Eigen::VectorXd amplitude;  ///< A; the largest density without a pole
  Eigen::VectorXd lifetime;   ///< 1 / Gamma
  Eigen::VectorXd r2;         ///< clamped at 0
  Eigen::VectorXd weight;     ///< min(1, sum of the fit / sum of the density)
  std::vector<bool> sharp;    ///< well defined: Gamma / omega_0 below the option
};

/// Bounded least squares over the whole axis, 0 <= A, 0 <= omega_0 <= pi, 1e-6 <= Gamma <= pi, started at the
/// pole's peak: omega_0 there, Gamma the width at half height (at least 0.01), A = rho (Gamma/2)^2. When that
/// width spans the whole axis, or the fit fails, the seed is returned with the peak height as A, R2 0, weight
/// 0. Solver: bounded_least_squares.h, which says why it is not a library's.
Resonances resonances(const Propagator& propagator, double sharpness);

}  // namespace phasescope::intelliton
