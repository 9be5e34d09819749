#pragma once

#include <string>
#include <vector>

#include <Eigen/Core>

namespace phasescope::intelliton {

/// The renormalisation flow of one field, at equal mode index (not along chains), as published.
struct Flow {
  Eigen::MatrixXd running_mass;               ///< minus the local slope of ln sigma over points [N, K]
  Eigen::MatrixXd beta_function;              ///< difference of the running mass [N-1, K]
  Eigen::VectorXi fixed_point_layer;          ///< smallest |beta| from point N/3 on [K]
  Eigen::VectorXd fixed_point_stability;      ///< slope of beta there; 0 at the ends [K]
  std::vector<std::string> fixed_point_type;  ///< "none", "IR", "UV" or "crossover" [K]
  Eigen::VectorXd
      anomalous_dimension;  ///< slope of ln sigma against ln(l+1), N/3 <= l < 2N/3; 0 below 2 points
};

/// Sections of the flow that depend on the number of points alone, computed once a run.
class FlowAnalysis {
 public:
  /// `points` N >= 2; `window` in points, see Options::eft_window. Above 7 points the running mass is
  /// smoothed (Savitzky-Golay, window 7, order 2).
  FlowAnalysis(Eigen::Index points, Eigen::Index window);

  /// `singular_values` [N, K].
  Flow operator()(const Eigen::MatrixXd& singular_values) const;

 private:
  Eigen::MatrixXd running_mass_;  // acts on ln sigma [N, N]
};

}  // namespace phasescope::intelliton
