#include "host_product.h"
#include "tensor_backend.h"
#include "tensor_device.h"
#include "tensor_library.h"

#include <ATen/Parallel.h>

#include "phasescope/base/threads.h"

namespace phasescope::model::tensors {
namespace {

std::unique_ptr<Backend> open_backend(const checkpoint::Checkpoint& checkpoint, const ModelOptions& options) {
  at::set_num_threads(thread_count());
  return std::make_unique<TensorBackend>(checkpoint, tensor_settings(options));
}

constexpr TensorLibrary kLibrary{cuda_available, open_backend, multiply_on_host};

}  // namespace
}  // namespace phasescope::model::tensors

extern "C" const phasescope::model::TensorLibrary* phasescope_tensor_library() {
  return &phasescope::model::tensors::kLibrary;
}
