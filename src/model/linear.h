#pragma once

#include "matrix.h"
#include "split_rows.h"
#include "weight_matrix.h"
#include "weight_source.h"

#include <string>

#include "phasescope/base/profile.h"
#include "phasescope/checkpoint/architecture.h"

namespace phasescope::model {

/// Who multiplies matrices on the CPU.
enum class MatrixLibrary {
  tiles,   ///< the bfloat16 tile unit with float32's accuracy (split_product.h), and oneDNN for matrices that
           ///< it does not take
  onednn,  ///< oneDNN in float32
  torch,   ///< libtorch's own BLAS
};

/// The fastest that this build and processor have.
MatrixLibrary default_matrix_library();
/// Errors: usage for a name that is unknown or cannot be used here. "auto" is the default.
MatrixLibrary matrix_library_named(const std::string& name);
/// "bfloat16 tiles, oneDNN 2.6.3", "oneDNN 2.6.3" or "libtorch".
std::string matrix_library_text(MatrixLibrary library);

/// Counts a product of so many rows as "product INPUTS x OUTPUTS", with its operations and the bytes of
/// weights, rows and results.
void count_product(Profile& profile, const WeightMatrix& weights, std::int64_t rows, double seconds);

/// How long a prepared matrix will serve.
enum class Lifetime {
  kept,  ///< many products: worth another layout
  once,  ///< for the batch at hand
};

/// The only place that knows how a product is computed. Not thread-safe, but for prepare(): one object
/// belongs to one executor.
class Linear {
 public:
  /// `operands`: of matrices that are prepared; those that are multiplied as they are stored stay float32.
  /// `deterministic`: products whose sums may run in another order each time are done on one thread. Times go
  /// to `profile`, which must outlive it.
  Linear(MatrixLibrary library, OperandType operands, bool deterministic, Profile& profile);
  ~Linear();
  Linear(const Linear&) = delete;
  Linear& operator=(const Linear&) = delete;

  /// Brings a matrix into the layout in which it will be multiplied, on all threads.
  std::shared_ptr<const WeightMatrix> prepare(const WeightSource& source, Lifetime lifetime) const;

  MatrixLibrary library() const { return library_; }
  OperandType operands() const { return operands_; }

  /// y = x W^T + b. x [rows, inputs], y [rows, outputs]; y must be dense (stride = columns).
  void apply(ConstMatrix x, const PreparedLinear& weights, Matrix y);
  /// The same of rows that are bfloat16 terms, as the weights must be.
  void apply(const SplitRows& x, const PreparedLinear& weights, Matrix y);
  /// y [rows, outputs / 2] = activation(g) * u where x W^T + b is [g, u]. Only of weights that are terms in
  /// two halves (SplitWeights::has_halves).
  void apply_gated(const SplitRows& x, const PreparedLinear& weights, checkpoint::Activation activation,
                   SplitRows& y);
  /// The same with weights as they are stored, in float32.
  void apply(ConstMatrix x, const LinearTensor& weights, Matrix y);

 private:
  struct Implementation;
  void multiply(ConstMatrix x, const PreparedLinear& weights, Matrix y);

  Implementation* implementation_;
  MatrixLibrary library_;
  OperandType operands_;
  bool deterministic_;
  Profile& profile_;
};

}  // namespace phasescope::model
