#pragma once

#include <Eigen/Core>

namespace phasescope::intelliton {

/// The common axis of unit vectors whose signs are arbitrary: the top eigenvector of mean(v v^T), in any
/// width D through the n x n Gram matrix. `coherence` is its eigenvalue: 1 when all lie on one axis, about
/// 1/n when they are unrelated.
struct PrincipalAxis {
  Eigen::VectorXd axis;  ///< [D], unit; its entry of largest magnitude is positive
  Eigen::VectorXd
      coefficients;  ///< unit eigenvector of the Gram matrix [n]; axis is proportional to V^T of it
  double coherence = 0;
};

/// `vectors` [n, D], n >= 1; `gram` = vectors vectors^T [n, n].
PrincipalAxis principal_axis(const Eigen::MatrixXd& vectors, const Eigen::MatrixXd& gram);

/// The axis of a resample.
struct ResampledAxis {
  Eigen::VectorXd coefficients;  ///< axis = V^T coefficients, of unit length [n]
  double coherence = 0;
};

/// Vector p taken `counts`(p) times. Power iteration from the full sample's coefficients: three steps,
/// because the resample's axis is near when the coherence is high and arbitrary when it is not.
ResampledAxis resampled_axis(const Eigen::MatrixXd& gram, const Eigen::VectorXd& counts,
                             const Eigen::VectorXd& start);

/// The coherence that n random unit vectors in R^D exceed with probability 0.05: the Tracy-Widom law of the
/// largest eigenvalue of a white Wishart matrix (Johnstone, Ann. Statist. 29, 2001), up to a tenth too high
/// at small D because unit vectors do not vary in length.
double random_coherence(Eigen::Index n, Eigen::Index width);

}  // namespace phasescope::intelliton
