#include "phasescope/intelliton/momentum.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>

#include "phasescope/intelliton/constants.h"

namespace phasescope::intelliton {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// T = 1 divides 0 by ln 1 = 0; the published clamp turns that into its upper end.
double spin_score(const TokenFourier& fourier, const VectorXd& half_power) {
  if (fourier.tokens() == 1) return 2;
  double total = 0;
  for (Index j = 0; j < half_power.size(); ++j) total += fourier.multiplicity(j) * half_power(j);
  double entropy = 0;
  for (Index j = 0; j < half_power.size(); ++j) {
    const double share = half_power(j) / (total + kEpsilon);
    entropy -= fourier.multiplicity(j) * share * std::log(share + kEpsilon);
  }
  return 2 * std::clamp(entropy / std::log(static_cast<double>(fourier.tokens())), 0.0, 1.0);
}

}  // namespace

TokenFourier::TokenFourier(Index tokens)
    : tokens_(tokens), momenta_(tokens), cosine_(tokens / 2 + 1, tokens), sine_(tokens / 2 + 1, tokens) {
  const double step = 2 * kPi / static_cast<double>(tokens);
  for (Index j = 0; j < tokens; ++j)
    momenta_(j) = step * static_cast<double>(2 * j > tokens ? j - tokens : j);
  const double scale = 1 / std::sqrt(static_cast<double>(tokens));
  for (Index j = 0; j < cosine_.rows(); ++j) {
    for (Index t = 0; t < tokens; ++t) {
      const double angle = step * static_cast<double>(j * t % tokens);
      cosine_(j, t) = scale * std::cos(angle);
      sine_(j, t) = scale * std::sin(angle);
    }
  }
}

MatrixXd TokenFourier::half_magnitudes(const MatrixXd& signals) const {
  const MatrixXd real = cosine_ * signals;
  const MatrixXd imaginary = sine_ * signals;
  return (real.array().square() + imaginary.array().square()).sqrt();
}

VectorXd TokenFourier::field_power(const MatrixXd& gram) const {
  // sum_{t,s} gram_ts exp(-i k (t - s)) / T depends on the lag t - s (mod T) alone.
  VectorXd by_lag = VectorXd::Zero(tokens_);
  for (Index s = 0; s < tokens_; ++s) {
    for (Index t = 0; t < tokens_; ++t) by_lag(t >= s ? t - s : t - s + tokens_) += gram(t, s);
  }
  const VectorXd half = cosine_ * by_lag / std::sqrt(static_cast<double>(tokens_));
  return mirrored(half.cwiseMax(0.0));
}

MatrixXd TokenFourier::mirrored(const MatrixXd& half) const {
  MatrixXd full(tokens_, half.cols());
  for (Index j = 0; j < tokens_; ++j) full.row(j) = half.row(std::min(j, tokens_ - j));
  return full;
}

double TokenFourier::multiplicity(Index half_bin) const {
  return half_bin == 0 || 2 * half_bin == tokens_ ? 1 : 2;
}

std::shared_ptr<const TokenFourier> token_fourier(Index tokens) {
  static std::mutex mutex;
  static std::map<Index, std::shared_ptr<const TokenFourier>> tables;
  const std::lock_guard<std::mutex> lock(mutex);
  auto& table = tables[tokens];
  if (!table) table = std::make_shared<const TokenFourier>(tokens);
  return table;
}

ModeMomenta mode_momenta(const TokenFourier& fourier, const MatrixXd& half_magnitudes) {
  const Index modes = half_magnitudes.cols();
  ModeMomenta result{VectorXd(modes), VectorXd(modes), VectorXd(modes)};
  for (Index i = 0; i < modes; ++i) {
    Index peak = 0;
    half_magnitudes.col(i).maxCoeff(&peak);
    result.spin(i) = spin_score(fourier, half_magnitudes.col(i).cwiseAbs2());
    result.peak(i) = fourier.momenta()(peak);
    result.helicity(i) = result.peak(i) < 1e-6 ? 0 : result.spin(i);
  }
  return result;
}

}  // namespace phasescope::intelliton
