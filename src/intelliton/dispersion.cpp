#include "phasescope/intelliton/dispersion.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "phasescope/intelliton/bounded_least_squares.h"
#include "phasescope/intelliton/constants.h"

namespace phasescope::intelliton {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// 2 sin(k/2) of every bin.
VectorXd lattice_momenta(const TokenFourier& fourier) {
  return 2 * (fourier.momenta().array() / 2).sin();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double lattice_mass(const VectorXd& energy, const VectorXd& lattice_momentum) {
  std::vector<double> squares;
  for (Index j = 0; j < energy.size(); ++j) {
    const double square = energy(j) * energy(j) - lattice_momentum(j) * lattice_momentum(j);
    if (square > 0) squares.push_back(square);
  }
  return squares.empty() ? energy(0) : std::sqrt(median(std::move(squares)));
}

VectorXd lattice_energy(const VectorXd& lattice_momentum, double mass) {
  return (lattice_momentum.array().square() + mass * mass).sqrt();
}

/// No fit below 3 points; none is kept that is worse than a constant.
std::optional<LatticeFit> fit_lattice_mass(const VectorXd& lattice_momentum, const VectorXd& energy) {
  if (energy.size() < 3) return std::nullopt;
  const auto residuals = [&](const VectorXd& m) -> VectorXd {
    return lattice_energy(lattice_momentum, m(0)) - energy;
  };
  const auto jacobian = [&](const VectorXd& m) -> MatrixXd {
    return m(0) / lattice_energy(lattice_momentum, m(0)).array();
  };
  const auto found = bounded_least_squares({residuals, jacobian, VectorXd::Zero(1),
                                            VectorXd::Constant(1, std::numeric_limits<double>::infinity())},
                                           VectorXd::Constant(1, std::max(energy(0), 0.01)));
  if (!found) return std::nullopt;
  const double spread = (energy.array() - energy.mean()).square().sum();
  const double r2 = 1 - residuals(*found).squaredNorm() / (spread + kEpsilon);
  if (!(r2 >= 0)) return std::nullopt;
  return LatticeFit{(*found)(0), r2};
}

/// Bins with |k| <= 2 pi / 3, both signs, bin 0 first.
std::vector<Index> inner_bins(Index tokens) {
  std::vector<Index> bins;
  for (Index j = 0; j < tokens; ++j) {
    if (3 * std::min(j, tokens - j) <= tokens) bins.push_back(j);
  }
  return bins;
}

MatrixXd ring_gradient(const MatrixXd& energy) {
  const Index tokens = energy.rows();
  const double step = 2 * kPi / static_cast<double>(tokens);
  MatrixXd gradient(energy.rows(), energy.cols());
  for (Index j = 0; j < tokens; ++j) {
    gradient.row(j) = (energy.row((j + 1) % tokens) - energy.row((j + tokens - 1) % tokens)) / (2 * step);
  }
  return gradient;
}

}  // namespace

std::optional<LatticeFit> fit_lattice_dispersion(const TokenFourier& fourier, const VectorXd& energy) {
  const std::vector<Index> inner = inner_bins(fourier.tokens());
  return fit_lattice_mass(lattice_momenta(fourier)(inner), energy(inner));
}

Dispersion dispersion(const TokenFourier& fourier, const MatrixXd& first, const MatrixXd& last, Index steps) {
  const MatrixXd rate =
      ((last.array() + kEpsilon) / (first.array() + kEpsilon)).log().abs() / static_cast<double>(steps);
  Dispersion result;
  result.energy = fourier.mirrored(rate);
  result.group_velocity = ring_gradient(result.energy);
  const Index modes = rate.cols();
  result.lattice_mass.resize(modes);
  result.mass = result.energy.row(0).transpose();
  result.r2 = VectorXd::Zero(modes);
  const VectorXd lattice = lattice_momenta(fourier);
  for (Index i = 0; i < modes; ++i) {
    result.lattice_mass(i) = lattice_mass(result.energy.col(i), lattice);
  }
  return result;
}

void fit_lattice_masses(const TokenFourier& fourier, Dispersion& dispersion) {
  for (Index i = 0; i < dispersion.mass.size(); ++i) {
    const auto fit = fit_lattice_dispersion(fourier, dispersion.energy.col(i));
    if (!fit) continue;
    dispersion.mass(i) = fit->mass;
    dispersion.r2(i) = fit->r2;
  }
}

}  // namespace phasescope::intelliton
