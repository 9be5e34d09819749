#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>

#include "phasescope/states/observer.h"

namespace phasescope::intelliton {

/// Place of one of the view's segments among them.
inline std::size_t segment_number(const states::StateView& view, const states::Segment& segment) {
  return static_cast<std::size_t>(&segment - view.segments->data());
}

/// First rows of a segment that a source of Gram matrices brought to the host, at a view's point and the one
/// before.
class BroughtStates {
 public:
  BroughtStates(states::GramMatrices::Rows newest, states::GramMatrices::Rows previous, Eigen::Index rows)
      : newest_(std::move(newest)), previous_(std::move(previous)), rows_(rows) {}

  /// [rows, D]
  states::StateMatrix newest() const { return first_rows(newest_, rows_); }
  /// [rows, D]; no rows at point 0.
  states::StateMatrix previous() const { return first_rows(previous_, std::min(rows_, previous_.rows())); }

 private:
  static states::StateMatrix first_rows(const states::GramMatrices::Rows& all, Eigen::Index rows) {
    return {all.data(), rows, all.cols(), Eigen::OuterStride<>(all.cols())};
  }

  states::GramMatrices::Rows newest_, previous_;
  Eigen::Index rows_;
};

inline BroughtStates bring_states(const states::StateView& view, const states::Segment& segment,
                                  Eigen::Index rows) {
  const std::size_t number = segment_number(view, segment);
  return {view.grams->bring(number),
          view.point > 0 ? view.grams->bring_previous(number) : states::GramMatrices::Rows(), rows};
}

}  // namespace phasescope::intelliton
