#include "backend.h"

#include "host_backend.h"
#include "tensor_library.h"

#include <string_view>

namespace phasescope::model {
namespace {

/// A build without CUDA need not load libtorch to know.
bool has_card() {
  return std::string_view(PHASESCOPE_TORCH_CUDA) != "" && tensor_library().cuda_available();
}

bool on_host(const ModelOptions& options) {
  if (options.tensors) return false;
  return options.device == "cpu" || (options.device == "auto" && !has_card());
}

}  // namespace

std::unique_ptr<Backend> make_backend(const checkpoint::Checkpoint& checkpoint, const ModelOptions& options) {
  if (!on_host(options)) return tensor_library().open(checkpoint, options);
  return std::make_unique<HostBackend>(checkpoint, options);
}

}  // namespace phasescope::model
