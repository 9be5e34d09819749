#include "phasescope/intelliton/pair_comparison.h"

#include <algorithm>
#include <cmath>

#include "phasescope/intelliton/constants.h"

namespace phasescope::intelliton {
namespace {

using Eigen::ArrayXd;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

ArrayXd spectral_weights(const VectorXd& singular_values, Index modes) {
  ArrayXd weights = ArrayXd::Zero(modes);
  weights.head(singular_values.size()) = singular_values.array().square();
  return weights / (weights.sum() + kEpsilon);
}

double entropy(const ArrayXd& p) {
  return -(p * (p + kEpsilon).log()).sum();
}

double jensen_shannon(const ArrayXd& p, const ArrayXd& q) {
  const ArrayXd mixture = (p + q) / 2 + kEpsilon;
  return ((p * ((p + kEpsilon) / mixture).log()).sum() + (q * ((q + kEpsilon) / mixture).log()).sum()) / 2;
}

/// min(sigma_0 / (sigma_1 + eps), 100); 100 with a single mode.
double dominance(const VectorXd& singular_values, Index modes) {
  if (modes < 2) return 100;
  const double second = singular_values.size() > 1 ? singular_values(1) : 0;
  return std::min(singular_values(0) / (second + kEpsilon), 100.0);
}

/// The published diagnostics take the lower of two middle values.
double lower_median(VectorXd values) {
  const auto middle = values.begin() + (values.size() - 1) / 2;
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

bool exceeds_background(const VectorXd& divergence, double peak) {
  const double median = lower_median(divergence);
  const double spread = lower_median((divergence.array() - median).abs());
  return peak > std::max({median + 2 * spread, 1.5 * median, 1e-6});
}

void judge(PairSignature& signature) {
  const Index points = signature.spectral_divergence.size();
  Index peak = 0;
  signature.decay_strength = signature.spectral_divergence.maxCoeff(&peak);
  signature.peak_layer = static_cast<int>(peak);
  const Index reach = std::max<Index>(1, points / 6);
  const Index first = std::max<Index>(0, peak - reach);
  const Index count = std::min(points, peak + reach + 1) - first;
  const double stability = signature.mode_stability.middleRows(first, count).mean();
  signature.tunneling_score = 1 - stability;
  const bool disordered = signature.entropy_gap.segment(first, count).mean() > 0 ||
                          signature.entropy_gap.tail(std::max<Index>(1, points / 4)).mean() > 0 ||
                          stability < 0.5;
  signature.flagged =
      exceeds_background(signature.spectral_divergence, signature.decay_strength) && disordered;
}

}  // namespace

double spectral_entropy(const VectorXd& singular_values) {
  return entropy(spectral_weights(singular_values, singular_values.size()));
}

PairComparison::PairComparison(Index points) {
  for (VectorXd PairSignature::*member :
       {&PairSignature::spectral_divergence, &PairSignature::coherence_loss, &PairSignature::entropy_grounded,
        &PairSignature::entropy_other, &PairSignature::entropy_gap}) {
    (signature_.*member).resize(points);
  }
}

void PairComparison::add_point(const PointModes& grounded, const PointModes& other) {
  add_point(grounded.singular_values, other.singular_values, absolute_cosines(grounded.right, other.right));
}

void PairComparison::add_point(const VectorXd& grounded, const VectorXd& other, const MatrixXd& cosines) {
  const Index modes = std::max(grounded.size(), other.size());
  const Index common = std::min(grounded.size(), other.size());
  if (next_ == 0) signature_.mode_stability = MatrixXd::Zero(signature_.spectral_divergence.size(), modes);
  const ArrayXd p = spectral_weights(grounded, modes);
  const ArrayXd q = spectral_weights(other, modes);
  signature_.spectral_divergence(next_) = jensen_shannon(p, q);
  signature_.entropy_grounded(next_) = entropy(p);
  signature_.entropy_other(next_) = entropy(q);
  signature_.entropy_gap(next_) = signature_.entropy_other(next_) - signature_.entropy_grounded(next_);
  const double log_grounded = std::log(dominance(grounded, modes) + kEpsilon);
  const double log_other = std::log(dominance(other, modes) + kEpsilon);
  signature_.coherence_loss(next_) = log_grounded - log_other;
  signature_.dominance_grounded += log_grounded / static_cast<double>(signature_.coherence_loss.size());
  signature_.dominance_other += log_other / static_cast<double>(signature_.coherence_loss.size());
  const VectorXd stability = cosines.rowwise().maxCoeff();
  signature_.mode_stability.row(next_).head(stability.size()) = stability.transpose();
  stability_sum_ += stability.head(common).mean();
  ++next_;
}

PairSignature PairComparison::finish() {
  signature_.common_stability = stability_sum_ / static_cast<double>(next_);
  judge(signature_);
  return std::move(signature_);
}

}  // namespace phasescope::intelliton
