#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
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
  std::vector<Eigen::MatrixXd> left;             ///< U by point, signs arbitrary, each [T, K]
  std::vector<Eigen::MatrixXd> half_magnitudes;  ///< |u~| by point, bins 0 .. T/2, each [T/2 + 1, K]
  std::vector<Eigen::MatrixXd> cosines;  ///< |cos(v_l,i, v_l+1,j)| by point l, each [K, K]; N-1 of them
  RowMatrix middle_right;                ///< V^T of point min(L/2, N-1), L = N-1 [K, D]
  Couplings couplings;                   ///< see ModeFusion

  Eigen::Index points() const { return singular_values.rows(); }
  Eigen::Index modes() const { return singular_values.cols(); }
};

/// What products of the states say of one point of a field, for a builder that is not shown the states.
struct FieldProducts {
  Eigen::MatrixXd gram;           ///< phi phi^T [T, T]
  Eigen::MatrixXd with_previous;  ///< phi' phi^T [T, T], phi' the point before; nothing at point 0
  std::int64_t nonfinite = 0;     ///< entries of phi that were not finite and count as 0
};

/// Builds FieldStatistics point by point. In between it holds the states of the newest point where they are
/// few rows, [T, D] with T <= 1.6 K, since products of rows then say all that is needed of right vectors; for
/// longer prompts the right vectors, [K, D].
class FieldBuilder {
 public:
  /// The states [T, D] of a point in float64.
  using States = std::function<RowMatrix()>;

  /// `points` N >= 1, `modes` the most modes to keep.
  FieldBuilder(Eigen::Index points, Eigen::Index modes);

  /// The next point in order; `states` is [T, D] with the same T >= 1 and D at every point.
  void add_point(const states::StateMatrix& states);
  /// The same for whoever knows products of rows: `gram` of the point's states [T, T], `cross` of the states
  /// one point earlier with these (anything at point 0). `states` is asked where products do not suffice,
  /// until the next point was added.
  void add_point(const Eigen::MatrixXd& gram, const Eigen::MatrixXd& cross, Eigen::Index width,
                 States states);
  /// For whoever has to fetch states from afar: the next point from products alone, cosines too. `states` [T,
  /// D] is read at the middle point only. False, with nothing added, where the Gram matrix of this point or
  /// of the one before does not suffice: then comes the next call.
  bool add_point(const FieldProducts& products, const states::StateMatrix& states);
  /// The next point from its states and those of the point before.
  void add_point(const states::StateMatrix& states, const states::StateMatrix& previous);
  /// Head-averaged attention [T, T] of a block, before or after the point it reads. Other sizes are ignored,
  /// as published: a map of another size couples nothing.
  void add_attention(std::int64_t block, const states::StateMatrix& weights);

  bool complete() const { return next_ == points_; }
  /// Modes of point next()-1 and before are there.
  const FieldStatistics& statistics() const { return statistics_; }
  /// Leaves the builder empty; call once, when complete.
  FieldStatistics take();

 private:
  struct Point {
    std::optional<TokenModes> tokens;  // where the Gram matrix suffices
    RowMatrix right;                   // where it was made
    States states;
  };

  void reserve(Eigen::Index tokens, Eigen::Index width);
  bool by_products() const;
  bool at_middle() const { return next_ == (points_ - 1) / 2; }
  TokenModes decompose(Point& point) const;
  Eigen::MatrixXd cosines_to(Point& next, const Eigen::MatrixXd& cross);
  void make_right_vectors(Point& point) const;
  void append(const Eigen::MatrixXd& gram, const TokenModes& modes, Point point);
  void couple(Eigen::Index point);

  Eigen::Index points_;
  Eigen::Index modes_;
  Eigen::Index next_ = 0;
  Point newest_;
  std::shared_ptr<const RowMatrix> newest_states_;  // where add_point(states) added the newest point
  std::shared_ptr<const TokenFourier> fourier_;
  std::map<std::int64_t, Eigen::MatrixXd> attention_;  // waiting for their point
  FieldStatistics statistics_;
};

}  // namespace phasescope::intelliton
