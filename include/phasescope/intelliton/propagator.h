#pragma once

#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>

namespace phasescope::intelliton {

/// The decay of each mode over depth, as the published method reads it: A[l, i] the singular value along the
/// chain of mode i, C = A / A[l0], its spectrum, and the pole nearest zero frequency.
struct Propagator {
  Eigen::MatrixXd decay_curve;       ///< C [N, K], points before l0 included
  Eigen::VectorXd frequencies;       ///< omega [F/2 + 1], 0 .. pi
  Eigen::MatrixXd spectral_density;  ///< rho = |rfft(C from l0 on, zero-padded to F)|^2 [F/2 + 1, K]
  std::vector<std::optional<Eigen::Index>> pole_bin;  ///< lowest-frequency peak of rho; none for most modes
  /// 2 sinh(omega/2) at the pole; without one |mean ln(C_l / C_l+1)|, curve and ratios at least eps,
  /// which telescopes to the two end points.
  Eigen::VectorXd pole_mass;
  Eigen::VectorXd pole_position;   ///< omega of the pole; without one the pole mass again
  Eigen::VectorXd exponential_r2;  ///< of C from l0 on against exp(-mass (l - l0)); may be far below 0
};

/// The Fourier transform over depth of curves of n points, zero-padded to F = max(64, 4 n). Cosine and sine
/// tables, because all fields of a run share n and n is a model's depth.
class DepthFourier {
 public:
  explicit DepthFourier(Eigen::Index length);
  /// linspace(0, pi, F/2 + 1)
  const Eigen::VectorXd& frequencies() const { return frequencies_; }
  /// |rfft|^2 of each column: [n, K] to [F/2 + 1, K].
  Eigen::MatrixXd power(const Eigen::MatrixXd& curves) const;

 private:
  Eigen::VectorXd frequencies_;
  Eigen::MatrixXd cosine_;  // [F/2 + 1, n]
  Eigen::MatrixXd sine_;
};

/// `amplitude` is A [N, K]; needs N > skip_layers + 1; `fourier` is for N - skip_layers points.
Propagator propagator(const Eigen::MatrixXd& amplitude, Eigen::Index skip_layers,
                      const DepthFourier& fourier);

/// Interior local maxima of `density` (the middle of a plateau) of at least 0.1 of its maximum; ascending.
/// The published minimum distance of 2 bins holds by itself: two maxima have a lower bin between them.
std::vector<Eigen::Index> spectral_peaks(const Eigen::VectorXd& density);

/// |mass| < 0.01 "massless", < 0.1 "light", < 0.5 "medium", else "heavy".
std::string mass_category(double mass);

}  // namespace phasescope::intelliton
