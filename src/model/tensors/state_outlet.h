#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include "phasescope/states/gram_matrices.h"

namespace phasescope::model::tensors {

/// Brings the states of one pass, or what is made of them, from the device to the host, point by point, while
/// the device goes on: copies run on a stream of their own into pinned memory.
class StateOutlet {
 public:
  StateOutlet(c10::Device device, at::ScalarType type);
  ~StateOutlet();
  StateOutlet(const StateOutlet&) = delete;
  StateOutlet& operator=(const StateOutlet&) = delete;

  /// Begins a pass of matrices [rows, columns], of which up to `ahead` may be sent before the first is
  /// received.
  void begin(std::int64_t rows, std::int64_t columns, std::int64_t ahead);
  /// Starts the copy of a point; points are sent in order. The tensor must not be written any more. `only`:
  /// rows to copy, the others being NaN on the host; nullptr: all.
  void send(std::int64_t point, const at::Tensor& states,
            const std::vector<states::RowRange>* only = nullptr);
  /// Waits for a point, a tensor in host memory. Valid until `ahead` points later have been sent.
  at::Tensor receive(std::int64_t point) const;

 private:
  struct Copies;
  struct Place {
    at::Tensor memory;
    std::int64_t rows = 0;                 ///< of the point there
    std::vector<states::RowRange> filled;  ///< rows of the memory that are not NaN
  };

  Place& place(std::int64_t point) { return places_[static_cast<std::size_t>(point) % places_.size()]; }
  void make_room(Place& place) const;
  void copy_rows(Place& to, const at::Tensor& states, const std::vector<states::RowRange>& rows) const;

  c10::Device device_;
  at::ScalarType type_;
  std::unique_ptr<Copies> copies_;  ///< nullptr on the CPU, where whole tensors are handed on as they are
  std::vector<Place> places_;
  std::int64_t rows_ = 0, columns_ = 0;
};

}  // namespace phasescope::model::tensors
