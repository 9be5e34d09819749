#include "phasescope/intelliton/propagator.h"

#include <algorithm>
#include <cmath>

#include "phasescope/intelliton/constants.h"

namespace phasescope::intelliton {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

std::vector<Index> local_maxima(const VectorXd& values) {
  std::vector<Index> maxima;
  for (Index i = 1; i + 1 < values.size();) {
    Index end = i + 1;
    while (end < values.size() && values(end) == values(i)) ++end;
    const bool inside = end < values.size();
    if (inside && values(i - 1) < values(i) && values(end) < values(i)) maxima.push_back((i + end - 1) / 2);
    i = end;
  }
  return maxima;
}

/// The curve and then each ratio are at least eps, as published: one empty state point counts e^-23, however
/// large its neighbour is.
double mean_log_ratio(const VectorXd& curve) {
  double sum = 0;
  for (Index l = 0; l + 1 < curve.size(); ++l) {
    const double ratio = std::max(curve(l), kEpsilon) / std::max(curve(l + 1), kEpsilon);
    sum += std::log(std::max(ratio, kEpsilon));
  }
  return std::abs(sum / static_cast<double>(curve.size() - 1));
}

double exponential_r2(const VectorXd& curve, double mass) {
  double residual = 0;
  for (Index l = 0; l < curve.size(); ++l) {
    residual += std::pow(curve(l) - std::exp(-mass * static_cast<double>(l)), 2);
  }
  return 1 - residual / ((curve.array() - curve.mean()).square().sum() + kEpsilon);
}

void locate_pole(Propagator& result, Index mode, const VectorXd& curve) {
  const std::vector<Index> peaks = spectral_peaks(result.spectral_density.col(mode));
  if (peaks.empty()) {
    result.pole_bin.push_back(std::nullopt);
    result.pole_mass(mode) = result.pole_position(mode) = mean_log_ratio(curve);
  } else {
    result.pole_bin.push_back(peaks.front());
    result.pole_position(mode) = result.frequencies(peaks.front());
    result.pole_mass(mode) = 2 * std::sinh(result.pole_position(mode) / 2);
  }
  result.exponential_r2(mode) = exponential_r2(curve, result.pole_mass(mode));
}

}  // namespace

DepthFourier::DepthFourier(Index length) {
  const Index padded = std::max<Index>(64, 4 * length);
  const Index bins = padded / 2 + 1;
  const MatrixXd angles = MatrixXd::NullaryExpr(bins, length, [&](Index j, Index l) {
    return 2 * kPi * static_cast<double>(j * l % padded) / static_cast<double>(padded);
  });
  frequencies_ = VectorXd::LinSpaced(bins, 0, kPi);
  cosine_ = angles.array().cos();
  sine_ = angles.array().sin();
}

MatrixXd DepthFourier::power(const MatrixXd& curves) const {
  const MatrixXd real = cosine_ * curves;
  const MatrixXd imaginary = sine_ * curves;
  return real.cwiseAbs2() + imaginary.cwiseAbs2();
}

std::vector<Index> spectral_peaks(const VectorXd& density) {
  std::vector<Index> peaks = local_maxima(density);
  const double threshold = 0.1 * density.maxCoeff();
  peaks.erase(std::remove_if(peaks.begin(), peaks.end(), [&](Index i) { return density(i) < threshold; }),
              peaks.end());
  return peaks;
}

Propagator propagator(const MatrixXd& amplitude, Index skip_layers, const DepthFourier& fourier) {
  const Index modes = amplitude.cols();
  const Index length = amplitude.rows() - skip_layers;
  Propagator result;
  result.decay_curve = amplitude;
  result.decay_curve.array().rowwise() /= amplitude.row(skip_layers).array().max(kEpsilon);
  const MatrixXd curves = result.decay_curve.bottomRows(length);
  result.frequencies = fourier.frequencies();
  result.spectral_density = fourier.power(curves);
  result.pole_mass.resize(modes);
  result.pole_position.resize(modes);
  result.exponential_r2.resize(modes);
  for (Index i = 0; i < modes; ++i) locate_pole(result, i, curves.col(i));
  return result;
}

std::string mass_category(double mass) {
  const double size = std::abs(mass);
  return size < 0.01 ? "massless" : size < 0.1 ? "light" : size < 0.5 ? "medium" : "heavy";
}

}  // namespace phasescope::intelliton
