#pragma once

#include "matrix.h"

#include <memory>
#include <string>

namespace phasescope::model {

/// Products by oneDNN's matmul primitive, called on the tensors' own memory in the checkpoint's layout
/// (measured: five times OpenBLAS, and packing the weights first gains little). Primitives are made once for
/// each shape.
class OneDnnProduct {
 public:
  OneDnnProduct();
  ~OneDnnProduct();

  /// False in builds without oneDNN; multiply is then an internal error.
  static bool available();
  static std::string version();

  /// y = x W^T + b, all dense.
  void multiply(ConstMatrix x, const LinearTensor& weights, Matrix y);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace phasescope::model
