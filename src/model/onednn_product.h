#pragma once

#include "matrix.h"
#include "weight_matrix.h"

#include <memory>
#include <string>

namespace phasescope::model {

/// Products by oneDNN's matmul primitive, called on the tensors' own memory. The checkpoint's layout is
/// multiplied as it is; the blocked one, which costs a pass over the weights, is faster by a tenth for
/// prompts and by half for a few rows. Primitives are made once for each shape.
class OneDnnProduct {
 public:
  OneDnnProduct();
  ~OneDnnProduct();

  /// False in builds without oneDNN; multiply is then an internal error.
  static bool available();
  static std::string version();

  /// The blocked layout, the same for any number of rows.
  static Buffer pack(ConstMatrix stored);

  /// y = x W^T + b with W stored or packed; bias nullptr: none. y must be dense.
  void multiply(ConstMatrix x, const WeightMatrix& weights, const float* bias, Matrix y);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace phasescope::model
