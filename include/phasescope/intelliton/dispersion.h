#pragma once

#include <optional>

#include <Eigen/Core>

#include "phasescope/intelliton/momentum.h"

namespace phasescope::intelliton {

/// How fast each momentum component of each mode grows over depth, and the lattice dispersion
/// E = sqrt(m^2 + (2 sin(k/2))^2) fitted to it.
struct Dispersion {
  Eigen::MatrixXd energy;          ///< E [T bins, K], per layer
  Eigen::VectorXd lattice_mass;    ///< sqrt(median of positive E^2 - (2 sin(k/2))^2), else E(0) [K]
  Eigen::VectorXd mass;            ///< fitted m; E(0) when not fitted, or worse than a constant [K]
  Eigen::VectorXd r2;              ///< of that fit; 0 when not fitted, or worse than a constant [K]
  Eigen::MatrixXd group_velocity;  ///< central difference of E around the ring of bins [T, K]
};

/// E = |mean over l of ln((|u~_l+1| + eps) / (|u~_l| + eps))| at equal mode index, which telescopes to the
/// first and the last point. `first` and `last` are |u~| [T/2 + 1, K] at those points, `steps` >= 1 layers
/// apart.
/// Nothing is fitted yet.
Dispersion dispersion(const TokenFourier& fourier, const Eigen::MatrixXd& first, const Eigen::MatrixXd& last,
                      Eigen::Index steps);

/// Sets the fitted masses and their R2.
void fit_lattice_masses(const TokenFourier& fourier, Dispersion& dispersion);

struct LatticeFit {
  double mass = 0;
  double r2 = 0;  ///< against a constant; >= 0
};

/// The lattice dispersion fitted to the energies [T bins] over |k| <= 2 pi / 3. Nothing with fewer than 3
/// bins there, or when it is worse than a constant.
std::optional<LatticeFit> fit_lattice_dispersion(const TokenFourier& fourier, const Eigen::VectorXd& energy);

}  // namespace phasescope::intelliton
