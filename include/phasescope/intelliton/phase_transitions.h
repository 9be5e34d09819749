#pragma once

#include <string>
#include <vector>

#include <Eigen/Core>

namespace phasescope::intelliton {

/// A point where the gap between the two largest singular values changes unusually fast.
struct PhaseTransition {
  int layer = 0;
  double size = 0;    ///< |gradient| of the smoothed gap
  double before = 0;  ///< smoothed gap two points earlier
  double after = 0;   ///< and two points later
  std::string kind;   ///< "mass_gap_opening" or "symmetry_breaking"
};

/// Finds the points 2 <= l < N-2 where the central gradient of the gap (Savitzky-Golay, window 5, order 1)
/// exceeds twice its population standard deviation. The filter depends on N alone and is made once a run.
class PhaseTransitionFinder {
 public:
  explicit PhaseTransitionFinder(Eigen::Index points);
  /// Empty for N <= 5 or fewer than two modes. `singular_values` [N, K].
  std::vector<PhaseTransition> operator()(const Eigen::MatrixXd& singular_values) const;

 private:
  Eigen::MatrixXd filter_;  // [N, N]; empty for N <= 5
};

}  // namespace phasescope::intelliton
