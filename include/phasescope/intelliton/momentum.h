#pragma once

#include <memory>

#include <Eigen/Core>

namespace phasescope::intelliton {

/// The discrete Fourier transform over the T token positions of one prompt, unitary (divided by sqrt(T)), of
/// real signals. Only bins 0 .. T/2 are computed: bins k and T-k of a real signal have equal power. T is at
/// most a few hundred and many signals share a T, so it is a product with cosine and sine tables.
class TokenFourier {
 public:
  explicit TokenFourier(Eigen::Index tokens);

  Eigen::Index tokens() const { return tokens_; }
  Eigen::Index half_bins() const { return cosine_.rows(); }
  /// k_j = 2 pi j / T, less 2 pi where that exceeds pi; bin T/2 is +pi. [T]
  const Eigen::VectorXd& momenta() const { return momenta_; }
  /// |u~| of each column of `signals` [T, K] in bins 0 .. T/2. [T/2 + 1, K]
  Eigen::MatrixXd half_magnitudes(const Eigen::MatrixXd& signals) const;
  /// sum_d |FFT_t(phi)[k, d]|^2 / T for all T bins, from the Gram matrix phi phi^T [T, T].
  Eigen::VectorXd field_power(const Eigen::MatrixXd& gram) const;
  /// Fills bins T/2+1 .. T-1 with their mirror images: [T/2 + 1, K] to [T, K].
  Eigen::MatrixXd mirrored(const Eigen::MatrixXd& half) const;
  /// How many of the T bins have this half bin's power: 1 or 2.
  double multiplicity(Eigen::Index half_bin) const;

 private:
  Eigen::Index tokens_;
  Eigen::VectorXd momenta_;
  Eigen::MatrixXd cosine_;  // [T/2 + 1, T], entries cos(k_j t) / sqrt(T)
  Eigen::MatrixXd sine_;
};

/// The table for T tokens, shared: computed once per process and T. Thread-safe.
std::shared_ptr<const TokenFourier> token_fourier(Eigen::Index tokens);

/// What the token-space spectrum of one state point's left singular vectors says, one entry a mode.
struct ModeMomenta {
  Eigen::VectorXd spin;      ///< 2 x normalised spectral entropy, in [0, 2]; 2 when T = 1
  Eigen::VectorXd peak;      ///< k >= 0 at the largest |u~|, radians per token
  Eigen::VectorXd helicity;  ///< 0 where peak < 1e-6, else spin: never negative, spectra being symmetric
};

/// From |u~| in bins 0 .. T/2 (TokenFourier::half_magnitudes).
ModeMomenta mode_momenta(const TokenFourier& fourier, const Eigen::MatrixXd& half_magnitudes);

}  // namespace phasescope::intelliton
