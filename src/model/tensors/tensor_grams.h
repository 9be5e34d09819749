#pragma once

#include "gram_plan.h"
#include "state_outlet.h"

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "phasescope/states/gram_matrices.h"

namespace phasescope::model::tensors {

/// The Gram matrices of one pass of prompts, made where the states lie and sent to the host point by point.
/// The states of the points under way stay on the device, for what an observer may still ask of them.
class TensorGrams {
 public:
  /// `ahead`: points that may be sent before the first is received. `pass` must outlive it.
  TensorGrams(const PassRows& pass, c10::Device device, std::int64_t ahead);
  ~TensorGrams();

  /// Enqueues the products of a point; points are sent in order.
  void send(std::int64_t point, const at::Tensor& states);
  /// Waits for the products of a point, and shows these until another is received.
  const states::GramMatrices& receive(std::int64_t point);
  /// The products of the last point after the final norm, with the point before as their previous one.
  const states::GramMatrices& receive_normed(std::int64_t last_point, const at::Tensor& normed);

 private:
  class View;

  at::Tensor& states(std::int64_t point) { return states_[static_cast<std::size_t>(point) % states_.size()]; }
  GramRows& rows(std::int64_t point) { return rows_[static_cast<std::size_t>(point % 2)]; }
  const states::GramMatrices& show(std::int64_t place, const at::Tensor& newest, const at::Tensor& previous);

  const PassRows& pass_;
  c10::Device device_;
  GramPlan plan_;
  StateOutlet outlet_;
  std::vector<at::Tensor> states_;  ///< of the newest points
  std::array<GramRows, 2> rows_;    ///< of the newest two points sent
  std::unique_ptr<View> view_;
};

}  // namespace phasescope::model::tensors
