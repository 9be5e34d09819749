#include "phasescope/intelliton/resonance.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "phasescope/intelliton/bounded_least_squares.h"
#include "phasescope/intelliton/constants.h"

namespace phasescope::intelliton {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

struct Lorentzian {
  double amplitude = 0;
  double center = 0;
  double width = 0;

  VectorXd at(const VectorXd& omega) const {
    return amplitude / ((omega.array() - center).square() + width * width / 4);
  }
};

/// d/d(A, omega_0, Gamma) of the curve. [bins, 3]
MatrixXd slopes(const Lorentzian& curve, const VectorXd& omega) {
  MatrixXd jacobian(omega.size(), 3);
  const auto distance = omega.array() - curve.center;
  auto shape = jacobian.col(0).array(), by_width = jacobian.col(2).array();
  shape = (distance.square() + curve.width * curve.width / 4).inverse();
  by_width = shape.square() * (-curve.amplitude * curve.width / 2);
  jacobian.col(1).array() = shape.square() * (2 * curve.amplitude) * distance;
  return jacobian;
}

std::optional<Lorentzian> fit(const VectorXd& omega, const VectorXd& density, const Lorentzian& seed) {
  const auto curve = [](const VectorXd& x) { return Lorentzian{x(0), x(1), x(2)}; };
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const auto found =
      bounded_least_squares({[&](const VectorXd& x) -> VectorXd { return curve(x).at(omega) - density; },
                             [&](const VectorXd& x) -> MatrixXd { return slopes(curve(x), omega); },
                             Eigen::Vector3d(0, 0, 1e-6), Eigen::Vector3d(infinity, kPi, kPi)},
                            Eigen::Vector3d(seed.amplitude, seed.center, seed.width));
  if (!found) return std::nullopt;
  return curve(*found);
}

struct HalfHeight {
  Index left;
  Index right;
};

/// The nearest bins on either side of the peak that are at or below half its height, or the ends of the axis.
HalfHeight half_height(const VectorXd& density, Index peak) {
  HalfHeight span{peak, peak};
  const double half = density(peak) / 2;
  while (span.left > 0 && density(span.left) > half) --span.left;
  while (span.right + 1 < density.size() && density(span.right) > half) ++span.right;
  return span;
}

void set_curve(Resonances& result, Index mode, const Lorentzian& curve, double sharpness) {
  result.center(mode) = curve.center;
  result.width(mode) = curve.width;
  result.amplitude(mode) = curve.amplitude;
  result.lifetime(mode) = 1 / curve.width;
  result.sharp[static_cast<std::size_t>(mode)] = curve.width / std::max(curve.center, kEpsilon) < sharpness;
}

void set_quality(Resonances& result, Index mode, const VectorXd& fitted, const VectorXd& density) {
  const double spread = (density.array() - density.mean()).square().sum();
  result.r2(mode) = std::max(0.0, 1 - (density - fitted).squaredNorm() / (spread + kEpsilon));
  result.weight(mode) = std::min(1.0, fitted.sum() / density.sum());
}

void measure(Resonances& result, Index mode, const VectorXd& omega, const VectorXd& density, Index peak,
             double sharpness) {
  const HalfHeight span = half_height(density, peak);
  const double width = std::max(omega(span.right) - omega(span.left), 0.01);
  Lorentzian seed{density(peak) * width * width / 4, omega(peak), width};
  const bool whole_axis = span.left == 0 && span.right == density.size() - 1;
  const auto found = whole_axis ? std::nullopt : fit(omega, density, seed);
  if (found) {
    set_curve(result, mode, *found, sharpness);
    set_quality(result, mode, found->at(omega), density);
  } else {
    seed.amplitude = density(peak);
    set_curve(result, mode, seed, sharpness);
  }
}

}  // namespace

Resonances resonances(const Propagator& propagator, double sharpness) {
  const Index modes = propagator.spectral_density.cols();
  Resonances result;
  result.center = result.r2 = result.weight = VectorXd::Zero(modes);
  result.width = VectorXd::Constant(modes, kPi);
  result.lifetime = VectorXd::Constant(modes, 1 / kPi);
  result.amplitude = propagator.spectral_density.colwise().maxCoeff().transpose();
  result.sharp.assign(static_cast<std::size_t>(modes), false);
  for (Index i = 0; i < modes; ++i) {
    const auto& pole = propagator.pole_bin[static_cast<std::size_t>(i)];
    if (!pole) continue;
    measure(result, i, propagator.frequencies, propagator.spectral_density.col(i), *pole, sharpness);
  }
  return result;
}

}  // namespace phasescope::intelliton
