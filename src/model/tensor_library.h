#pragma once

#include "backend.h"
#include "weight_matrix.h"

#include <memory>

#include "phasescope/checkpoint/checkpoint.h"
#include "phasescope/model/language_model.h"

namespace phasescope::model {

/// What needs libtorch: devices other than the CPU, and its matrix products. It is a library of its own,
/// opened when one of them is asked for, since loading libtorch takes longer than many a run.
struct TensorLibrary {
  bool (*cuda_available)();
  std::unique_ptr<Backend> (*open)(const checkpoint::Checkpoint& checkpoint, const ModelOptions& options);
  /// y = x W^T + b by libtorch's BLAS, in float32; W as it is stored.
  void (*multiply)(ConstMatrix x, const PreparedLinear& weights, Matrix y);
};

/// Name of the exported function `const TensorLibrary* phasescope_tensor_library()`.
inline constexpr const char* kTensorLibrarySymbol = "phasescope_tensor_library";

/// Opens libphasescope_tensors.so, which lies beside the library that this is part of, on the first call.
/// Errors: environment when it is missing or cannot be loaded.
const TensorLibrary& tensor_library();

}  // namespace phasescope::model
