#pragma once

#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "phasescope/intelliton/modes.h"

namespace phasescope::intelliton {

/// The singular modes of one prompt at one state point, as a comparison needs them.
struct PointModes {
  Eigen::VectorXd singular_values;  ///< [K]
  RowMatrix right;                  ///< V^T [K, D]
};

/// Two fields compared point by point. K is that of the longer field; the shorter one's missing modes (the
/// published method zero-pads its tokens, which adds singular values of 0 with arbitrary vectors) resemble
/// nothing: cosine 0.
struct PairSignature {
  Eigen::VectorXd spectral_divergence;  ///< Jensen-Shannon divergence of sigma^2 / sum, nats [N]
  Eigen::VectorXd coherence_loss;       ///< ln dominance of the grounded - of the other field [N]
  Eigen::MatrixXd mode_stability;  ///< for each grounded mode the largest |cos| to a mode of the other [N, K]
  Eigen::VectorXd entropy_grounded;  ///< spectral entropy, nats [N]
  Eigen::VectorXd entropy_other;
  Eigen::VectorXd entropy_gap;    ///< other - grounded [N]
  double dominance_grounded = 0;  ///< mean over points of ln dominance
  double dominance_other = 0;
  int peak_layer = 0;          ///< largest divergence
  double decay_strength = 0;   ///< that divergence
  double tunneling_score = 0;  ///< 1 - mean stability within max(1, N/6) points of the peak
  /// Mean over points of the mean stability of the modes that both fields have.
  double common_stability = 0;
  bool flagged = false;  ///< the published flag
};

/// Builds a signature point by point.
class PairComparison {
 public:
  explicit PairComparison(Eigen::Index points);
  /// The next point in order.
  void add_point(const PointModes& grounded, const PointModes& other);
  /// The same from singular values and `cosines`, the |cos| between the modes of the two [K, K].
  void add_point(const Eigen::VectorXd& grounded, const Eigen::VectorXd& other,
                 const Eigen::MatrixXd& cosines);
  bool complete() const { return next_ == signature_.spectral_divergence.size(); }
  /// Call when complete.
  PairSignature finish();

 private:
  Eigen::Index next_ = 0;
  double stability_sum_ = 0;
  PairSignature signature_;
};

/// Entropy of sigma^2 / sum, nats.
double spectral_entropy(const Eigen::VectorXd& singular_values);

}  // namespace phasescope::intelliton
