#include "host_product.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include "phasescope/base/threads.h"

namespace phasescope::model::tensors {
namespace {

at::Tensor tensor_over(ConstMatrix x) {
  return at::from_blob(const_cast<float*>(x.data), {x.rows, x.columns}, {x.stride, 1}, at::kFloat);
}

}  // namespace

void multiply_on_host(ConstMatrix x, const PreparedLinear& weights, Matrix y) {
  if (at::get_num_threads() != thread_count()) at::set_num_threads(thread_count());
  const at::NoGradGuard no_gradient;
  const at::Tensor input = tensor_over(x);
  const at::Tensor matrix = tensor_over(weights.weight->stored);
  at::Tensor output = tensor_over(y);
  if (weights.bias == nullptr) {
    at::mm_out(output, input, matrix.t());
  } else {
    at::addmm_out(output, tensor_over(ConstMatrix(weights.bias, 1, y.columns)), input, matrix.t());
  }
}

}  // namespace phasescope::model::tensors
