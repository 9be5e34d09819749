#include "linear.h"

#include "onednn_product.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "phasescope/base/error.h"
#include "phasescope/base/threads.h"

namespace phasescope::model {
namespace {

at::Tensor tensor_over(const float* data, std::int64_t rows, std::int64_t columns) {
  return at::from_blob(const_cast<float*>(data), {rows, columns}, at::kFloat);
}

void apply_with_torch(ConstMatrix x, const LinearTensor& weights, Matrix y) {
  const at::NoGradGuard no_gradient;
  const at::Tensor input = tensor_over(x.data, x.rows, x.columns);
  const at::Tensor matrix = tensor_over(weights.weight.data, weights.weight.rows, weights.weight.columns);
  at::Tensor output = tensor_over(y.data, y.rows, y.columns);
  if (weights.bias == nullptr) {
    at::mm_out(output, input, matrix.t());
  } else {
    at::addmm_out(output, tensor_over(weights.bias, 1, y.columns), input, matrix.t());
  }
}

}  // namespace

struct Linear::Implementation {
  OneDnnProduct onednn;
};

Linear::Linear(MatrixLibrary library, bool one_thread)
    : implementation_(new Implementation), library_(library), one_thread_(one_thread) {}

Linear::~Linear() {
  delete implementation_;
}

void Linear::apply(ConstMatrix x, const LinearTensor& weights, Matrix y) {
  if (x.columns != weights.weight.columns || y.columns != weights.weight.rows || x.rows != y.rows) {
    throw Error(ExitClass::internal, "matrix product of shapes that do not fit");
  }
  if (x.rows == 0) return;
  const ThreadLimit limit(one_thread_ ? 1 : thread_count());
  if (library_ == MatrixLibrary::onednn) {
    implementation_->onednn.multiply(x, weights, y);
  } else {
    apply_with_torch(x, weights, y);
  }
}

MatrixLibrary default_matrix_library() {
  return OneDnnProduct::available() ? MatrixLibrary::onednn : MatrixLibrary::torch;
}

MatrixLibrary matrix_library_named(const std::string& name) {
  if (name == "auto") return default_matrix_library();
  if (name == "torch") return MatrixLibrary::torch;
  if (name == "onednn" && OneDnnProduct::available()) return MatrixLibrary::onednn;
  throw Error(ExitClass::usage, "--blas: \"" + name + "\" is not one of auto" +
                                    (OneDnnProduct::available() ? " onednn" : "") + " torch");
}

std::string matrix_library_text(MatrixLibrary library) {
  return library == MatrixLibrary::onednn ? OneDnnProduct::version() : "libtorch";
}

}  // namespace phasescope::model
