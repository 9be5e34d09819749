#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>
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

using StateRows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Whether products of states cost less than their right vectors: between T rows of two points T T D, where K
/// right vectors cost K T D and their products K K D.
inline bool few_tokens(Eigen::Index tokens, Eigen::Index modes) {
  return 5 * tokens <= 8 * modes;
}

/// What products of the states say of one point of a field.
struct FieldProducts {
  Eigen::MatrixXd gram;  ///< phi phi^T [T, T]
  Eigen::MatrixXd
      with_previous;  ///< phi' phi^T [T, T], phi' the point before; nothing at point 0, or for many T
  std::int64_t nonfinite = 0;  ///< entries of phi that were not finite and count as 0
};

class FieldBuilder;

/// The next point of one of several fields: what FieldBuilder::add_point is given.
struct NextPoint {
  FieldBuilder* field;
  states::StateMatrix states, previous;
};

/// Builds FieldStatistics point by point. Where a point has few rows, [T, D] with T <= 1.6 K, products of
/// rows say all that is needed of right vectors; for longer prompts it holds those of the newest point, [K,
/// D].
class FieldBuilder {
 public:
  /// `points` N >= 1, `modes` the most modes to keep.
  FieldBuilder(Eigen::Index points, Eigen::Index modes);

  /// The next point in order; `states` are [T, D] with the same T >= 1 and D at every point. `previous` are
  /// those of the point before; without rows, copies are kept from point to point.
  void add_point(const states::StateMatrix& states, const states::StateMatrix& previous);
  void add_point(const states::StateMatrix& states) {
    add_point(states, {nullptr, 0, states.cols(), Eigen::OuterStride<>(states.cols())});
  }
  /// The same for who knows the products, and what token_modes says of `products.gram` and modes().
  void add_point(const FieldProducts& products, const std::optional<TokenModes>& tokens,
                 const states::StateMatrix& states, const states::StateMatrix& previous);
  /// For who has to fetch states from afar: the next point from products and their modes alone. `states` is
  /// read at the middle point only. False, with nothing added, where the Gram matrix of this point or of the
  /// one before does not suffice: then comes the first call.
  bool add_point(const FieldProducts& products, const std::optional<TokenModes>& tokens,
                 const states::StateMatrix& states);
  /// Head-averaged attention [T, T] of a block, before or after the point it reads. Other sizes are ignored,
  /// as published: a map of another size couples nothing.
  void add_attention(std::int64_t block, const states::StateMatrix& weights);

  /// How many modes a field [T, D] has here.
  Eigen::Index modes(Eigen::Index tokens, Eigen::Index width) const {
    return std::min({modes_, tokens, width});
  }
  bool complete() const { return next_ == points_; }
  /// Modes of point next()-1 and before are there.
  const FieldStatistics& statistics() const { return statistics_; }
  /// Leaves the builder empty; call once, when complete.
  FieldStatistics take() { return std::move(statistics_); }

 private:
  struct Point {
    std::optional<TokenModes> tokens;  // where the Gram matrix suffices
    RowMatrix right;                   // where it was made
  };

  friend void add_points(const std::vector<NextPoint>& points);

  void reserve(Eigen::Index tokens, Eigen::Index width);
  states::StateMatrix known_before(const states::StateMatrix& previous) const;
  bool at_middle() const { return next_ == (points_ - 1) / 2; }
  FieldProducts products(const states::StateMatrix& states, const states::StateMatrix& previous) const;
  TokenModes decompose(Point& point, const states::StateMatrix& states) const;
  void append(const Eigen::MatrixXd& gram, const TokenModes& modes, Point point);
  void couple(Eigen::Index point);

  Eigen::Index points_;
  Eigen::Index modes_;
  Eigen::Index next_ = 0;
  Point newest_;
  StateRows kept_;  // states of the newest point, where nobody shows them again
  std::shared_ptr<const TokenFourier> fourier_;
  std::map<std::int64_t, Eigen::MatrixXd> attention_;  // waiting for their point
  FieldStatistics statistics_;
};

/// FieldBuilder::add_point of each, whose modes are computed together.
void add_points(const std::vector<NextPoint>& points);

}  // namespace phasescope::intelliton
