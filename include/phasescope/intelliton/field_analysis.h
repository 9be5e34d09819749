#pragma once

#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "phasescope/intelliton/dispersion.h"
#include "phasescope/intelliton/effective_theory.h"
#include "phasescope/intelliton/field_statistics.h"
#include "phasescope/intelliton/flow.h"
#include "phasescope/intelliton/mode_chains.h"
#include "phasescope/intelliton/options.h"
#include "phasescope/intelliton/phase_transitions.h"
#include "phasescope/intelliton/propagator.h"
#include "phasescope/intelliton/resonance.h"

namespace phasescope::intelliton {

/// Everything the published method says about one field. [N points, K modes] unless noted.
struct FieldAnalysis {
  Eigen::Index tokens = 0;
  std::int64_t nonfinite = 0;
  Eigen::MatrixXd singular_values;
  ModeLinks mode_link;             ///< [N-1, K]
  Eigen::MatrixXd momentum_power;  ///< [N, T]
  Eigen::VectorXd momenta;         ///< [T]
  Eigen::MatrixXd spin;
  Eigen::MatrixXd mode_momentum;
  Eigen::MatrixXd helicity;
  /// Absent when N <= skip_layers + 1: kNoPropagator says why.
  std::optional<Propagator> propagator;
  std::optional<Resonances> resonances;
  std::optional<Dispersion> dispersion;
  Flow flow;
  EffectiveTheory effective_theory;
  std::vector<PhaseTransition> phase_transitions;
  ModeFusion fusion;
  Couplings couplings;
  RowMatrix middle_right;  ///< V^T of point min(L/2, N-1) [K, D]

  Eigen::Index points() const { return singular_values.rows(); }
  Eigen::Index modes() const { return singular_values.cols(); }
  Eigen::Index middle_point() const { return (points() - 1) / 2; }
};

inline constexpr const char* kNoPropagator = "no more state points than the skipped layers and one";

/// The bin whose momentum is nearest to `momentum`, the first on a tie.
Eigen::Index nearest_bin(const Eigen::VectorXd& momenta, double momentum);

/// How much of a field's analysis is wanted.
enum class Extent {
  whole,
  /// What mode_observables and summarise read: no phase transitions, no genealogy, no fitted dispersion;
  /// events of fusion where attention couples modes.
  observables
};

/// Analyses fields of one model: operators that depend on the number of points alone are made once.
/// Thread-safe.
class FieldAnalyzer {
 public:
  /// Errors: numerics when `points` < 2.
  FieldAnalyzer(Eigen::Index points, const Options& options);

  Eigen::Index points() const { return points_; }
  bool has_propagator() const { return depth_fourier_.has_value(); }
  FieldAnalysis operator()(const FieldStatistics& field, Extent extent = Extent::whole) const;

 private:
  void analyse_momenta(const FieldStatistics& field, FieldAnalysis& analysis) const;
  void analyse_propagator(const FieldStatistics& field, const Eigen::MatrixXd& amplitude, Extent extent,
                          FieldAnalysis& analysis) const;

  Eigen::Index points_;
  Eigen::Index skip_;
  double sharpness_;
  std::optional<DepthFourier> depth_fourier_;
  FlowAnalysis flow_;
  PhaseTransitionFinder phase_transitions_;
};

}  // namespace phasescope::intelliton
