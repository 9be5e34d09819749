#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include <Eigen/Core>

#include "phasescope/intelliton/mode_chains.h"
#include "phasescope/intelliton/modes.h"
#include "phasescope/intelliton/momentum.h"
#include "phasescope/states/observer.h"

namespace phasescope::intelliton {

/// What remains of one prompt's field phi [N points, T tokens, D channels] once its states are gone. Its size
/// does not depend on D but for the right vectors of one point.
struct FieldStatistics {
  Eigen::Index tokens = 0;
  Eigen::Index width = 0;
  std::int64_t nonfinite = 0;                    ///< entries that were not finite and count as 0
  Eigen::MatrixXd singular_values;               ///< [N, K]
  Eigen::MatrixXd momentum_power;                ///< field power by point and bin [N, T]
  std::vector<Eigen::MatrixXd> left;             ///< U by point, each [T, K]
  std::vector<Eigen::MatrixXd> half_magnitudes;  ///< |u~| by point, bins 0 .. T/2, each [T/2 + 1, K]
  std::vector<Eigen::MatrixXd> cosines;  ///< |cos(v_l,i, v_l+1,j)| by point l, each [K, K]; N-1 of them
  RowMatrix middle_right;                ///< V^T of point min(L/2, N-1), L = N-1 [K, D]
  Couplings couplings;                   ///< see ModeFusion

  Eigen::Index points() const { return singular_values.rows(); }
  Eigen::Index modes() const { return singular_values.cols(); }
};

/// Builds FieldStatistics point by point. Holds the right vectors of the newest point, [K, D], in between.
class FieldBuilder {
 public:
  /// `points` N >= 1, `modes` the most modes to keep.
  FieldBuilder(Eigen::Index points, Eigen::Index modes);

  /// The next point in order; `states` is [T, D] with the same T >= 1 and D at every point.
  void add_point(const states::StateMatrix& states);
  /// Head-averaged attention [T, T] of a block, before or after the point it reads. Other sizes are ignored,
  /// as published: a map of another size couples nothing.
  void add_attention(std::int64_t block, const states::StateMatrix& weights);

  bool complete() const { return next_ == points_; }
  /// The modes of the newest point; for comparisons between prompts while both are in view.
  const RowMatrix& newest_right() const { return right_; }
  /// Modes of point next()-1 and before are there.
  const FieldStatistics& statistics() const { return statistics_; }
  /// Leaves the builder empty; call once, when complete.
  FieldStatistics take();

 private:
  void reserve(const states::StateMatrix& first);
  void couple(Eigen::Index point);

  Eigen::Index points_;
  Eigen::Index modes_;
  Eigen::Index next_ = 0;
  RowMatrix right_;
  std::shared_ptr<const TokenFourier> fourier_;
  std::map<std::int64_t, Eigen::MatrixXd> attention_;  // waiting for their point
  FieldStatistics statistics_;
};

}  // namespace phasescope::intelliton
