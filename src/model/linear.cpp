#include "linear.h"

#include "activation.h"
#include "onednn_product.h"
#include "stopwatch.h"
#include "tensor_library.h"

#include <algorithm>

#include "phasescope/base/error.h"
#include "phasescope/base/threads.h"

namespace phasescope::model {
namespace {

/// Converts all rows, in pieces over the threads.
Buffer convert_all(const WeightSource& source, OperandType operands) {
  constexpr std::int64_t elements_per_piece = 1 << 16;
  Buffer rows(static_cast<std::size_t>(source.outputs * source.inputs));
  const std::int64_t piece =
      std::max<std::int64_t>(1, elements_per_piece / std::max<std::int64_t>(1, source.inputs));
  parallel_for((source.outputs + piece - 1) / piece, [&](std::int64_t p) {
    const std::int64_t first = p * piece;
    const std::int64_t count = std::min(piece, source.outputs - first);
    float* out = rows.data() + first * source.inputs;
    source.convert(first, count, out);
    if (operands == OperandType::bfloat16) round_to_bfloat16(out, count * source.inputs);
  });
  return rows;
}

void check_shapes(std::int64_t rows, std::int64_t columns, const PreparedLinear& weights, ConstMatrix y) {
  if (columns != weights.inputs() || y.columns != weights.outputs() || rows != y.rows)
    throw Error(ExitClass::internal, "matrix product of shapes that do not fit");
}

}  // namespace

void count_product(Profile& profile, const WeightMatrix& weights, std::int64_t rows, double seconds) {
  const auto all_rows = static_cast<double>(rows);
  const auto inputs = static_cast<double>(weights.inputs), outputs = static_cast<double>(weights.outputs);
  const double of_input = weights.split
                              ? static_cast<double>(weights.split->input_terms()) * sizeof(std::uint16_t)
                              : sizeof(float);
  const double bytes =
      static_cast<double>(weights.operand_bytes()) + all_rows * (of_input * inputs + sizeof(float) * outputs);
  profile.add("product " + std::to_string(weights.inputs) + " x " + std::to_string(weights.outputs), seconds,
              2 * all_rows * inputs * outputs, bytes);
}

struct Linear::Implementation {
  OneDnnProduct onednn;
  SplitRows terms;  ///< of rows that come in float32
  Buffer rounded;   ///< the same for a library that takes float32

  ConstMatrix round(ConstMatrix x) {
    const auto needed = static_cast<std::size_t>(x.rows * x.columns);
    if (rounded.size() < needed) rounded = Buffer(needed);
    const Matrix rows(rounded.data(), x.rows, x.columns);
#pragma omp parallel for schedule(static)
    for (std::int64_t r = 0; r < x.rows; ++r) {
      std::copy_n(x.row(r), x.columns, rows.row(r));
      round_to_bfloat16(rows.row(r), x.columns);
    }
    return rows;
  }
};

Linear::Linear(MatrixLibrary library, OperandType operands, bool deterministic, Profile& profile)
    : implementation_(new Implementation),
      library_(library),
      operands_(operands),
      deterministic_(deterministic),
      profile_(profile) {
  if (library_ == MatrixLibrary::torch) tensor_library();  // takes its time now, not in the first product
}

Linear::~Linear() {
  delete implementation_;
}

std::shared_ptr<const WeightMatrix> Linear::prepare(const WeightSource& source, Lifetime lifetime) const {
  auto matrix = std::make_shared<WeightMatrix>();
  matrix->outputs = source.outputs;
  matrix->inputs = source.inputs;
  matrix->operands = operands_;
  if (library_ == MatrixLibrary::tiles) {
    matrix->split = SplitWeights::pack(source, operands_);
    if (matrix->split) return matrix;
  }
  const bool as_stored = source.plain != nullptr && operands_ == OperandType::float32;
  if (!as_stored) matrix->converted = convert_all(source, operands_);
  const float* data = as_stored ? source.plain : matrix->converted.data();
  matrix->stored = ConstMatrix(data, source.outputs, source.inputs);
  if (library_ != MatrixLibrary::torch && lifetime == Lifetime::kept) {
    matrix->packed = OneDnnProduct::pack(matrix->stored);
    matrix->stored = {};
    matrix->converted = {};
  }
  return matrix;
}

void Linear::apply(ConstMatrix x, const PreparedLinear& weights, Matrix y) {
  check_shapes(x.rows, x.columns, weights, y);
  if (x.rows == 0) return;
  const Stopwatch watch;
  multiply(x, weights, y);
  count_product(profile_, *weights.weight, x.rows, watch.seconds());
}

void Linear::apply(const SplitRows& x, const PreparedLinear& weights, Matrix y) {
  check_shapes(x.rows(), x.columns(), weights, y);
  if (x.rows() == 0) return;
  const Stopwatch watch;
  weights.weight->split->multiply(x, weights.bias, y);
  count_product(profile_, *weights.weight, x.rows(), watch.seconds());
}

void Linear::apply_gated(const SplitRows& x, const PreparedLinear& weights, checkpoint::Activation activation,
                         SplitRows& y) {
  const Stopwatch watch;
  const double gating = weights.weight->split->multiply_gated(
      x, weights.bias,
      [activation](float* gate, const float* up, std::int64_t count) {
        activate_gate(activation, gate, up, count);
      },
      y);
  count_product(profile_, *weights.weight, x.rows(), watch.seconds() - gating);
  profile_.add("activation", gating);
}

void Linear::apply(ConstMatrix x, const LinearTensor& weights, Matrix y) {
  auto matrix = std::make_shared<WeightMatrix>();
  matrix->outputs = weights.weight.rows;
  matrix->inputs = weights.weight.columns;
  matrix->stored = weights.weight;
  apply(x, PreparedLinear{matrix, weights.bias}, y);
}

void Linear::multiply(ConstMatrix x, const PreparedLinear& weights, Matrix y) {
  if (weights.weight->split) {
    implementation_->terms.assign(x, weights.weight->split->input_terms());
    weights.weight->split->multiply(implementation_->terms, weights.bias, y);
    return;
  }
  if (weights.weight->operands == OperandType::bfloat16) x = implementation_->round(x);
  const ThreadLimit limit(deterministic_ ? 1 : thread_count());
  if (library_ == MatrixLibrary::torch) {
    tensor_library().multiply(x, weights, y);
  } else {
    implementation_->onednn.multiply(x, *weights.weight, weights.bias, y);
  }
}

MatrixLibrary default_matrix_library() {
  if (!OneDnnProduct::available()) return MatrixLibrary::torch;
  return TileUnit::available() ? MatrixLibrary::tiles : MatrixLibrary::onednn;
}

MatrixLibrary matrix_library_named(const std::string& name) {
  const bool onednn = OneDnnProduct::available();
  const bool tiles = onednn && TileUnit::available();
  if (name == "auto") return default_matrix_library();
  if (name == "torch") return MatrixLibrary::torch;
  if (name == "onednn" && onednn) return MatrixLibrary::onednn;
  if (name == "tiles" && tiles) return MatrixLibrary::tiles;
  throw Error(ExitClass::usage, "--blas: \"" + name + "\" is not one of auto" + (tiles ? " tiles" : "") +
                                    (onednn ? " onednn" : "") + " torch");
}

std::string matrix_library_text(MatrixLibrary library) {
  if (library == MatrixLibrary::torch) return "libtorch";
  return (library == MatrixLibrary::tiles ? "bfloat16 tiles, " : "") + OneDnnProduct::version();
}

}  // namespace phasescope::model
