#pragma once

#include "matrix.h"

#include <string>

namespace phasescope::model {

/// Who multiplies matrices on the CPU.
enum class MatrixLibrary {
  onednn,  ///< oneDNN on the tensors' own memory
  torch,   ///< libtorch's own BLAS
};

/// What this build can use; the first is the default. With Debian's libtorch, whose BLAS is OpenBLAS, that is
/// oneDNN.
MatrixLibrary default_matrix_library();
/// Errors: usage for a name that is unknown or not built in. "auto" is the default.
MatrixLibrary matrix_library_named(const std::string& name);
/// "oneDNN 2.6.3" or "libtorch".
std::string matrix_library_text(MatrixLibrary library);

/// The only place that knows how a product is computed. Not thread-safe: one object belongs to one executor.
class Linear {
 public:
  /// `one_thread`: every product on one thread, so that its sums always run in the same order.
  Linear(MatrixLibrary library, bool one_thread);
  ~Linear();
  Linear(const Linear&) = delete;
  Linear& operator=(const Linear&) = delete;

  /// y = x W^T + b. x [rows, inputs] and y [rows, outputs] must be dense (stride = columns).
  void apply(ConstMatrix x, const LinearTensor& weights, Matrix y);

 private:
  struct Implementation;
  Implementation* implementation_;
  MatrixLibrary library_;
  bool one_thread_;
};

}  // namespace phasescope::model
