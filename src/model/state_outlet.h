#pragma once

#include "matrix.h"

#include <cstdint>
#include <memory>
#include <vector>

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

namespace phasescope::model {

/// Brings the states of one pass from the device to the host, point by point, while the device goes on:
/// copies run on a stream of their own into pinned memory.
class StateOutlet {
 public:
  explicit StateOutlet(c10::Device device);
  ~StateOutlet();
  StateOutlet(const StateOutlet&) = delete;
  StateOutlet& operator=(const StateOutlet&) = delete;

  /// Begins a pass of states [rows, columns], of which up to `ahead` may be sent before the first is
  /// received.
  void begin(std::int64_t rows, std::int64_t columns, std::int64_t ahead);
  /// Starts the copy of a point; points are sent in order. The tensor must not be written any more.
  void send(std::int64_t point, const at::Tensor& states);
  /// Waits for a point. Valid until `ahead` points later have been sent.
  ConstMatrix receive(std::int64_t point);

 private:
  struct Copies;
  struct Place {
    at::Tensor memory;
    std::int64_t rows = 0;  ///< of the point there
  };

  Place& place(std::int64_t point) { return places_[static_cast<std::size_t>(point) % places_.size()]; }

  c10::Device device_;
  std::unique_ptr<Copies> copies_;  ///< nullptr on the CPU, where tensors are handed on as they are
  std::vector<Place> places_;
};

}  // namespace phasescope::model
