#include "backend.h"

#include "host_backend.h"
#include "tensor_backend.h"
#include "tensor_device.h"

#include "phasescope/base/error.h"

namespace phasescope::model {
namespace {

bool on_host(const ModelOptions& options) {
  if (options.tensors) return false;
  return options.device == "cpu" || (options.device == "auto" && !cuda_available());
}

}  // namespace

std::unique_ptr<Backend> make_backend(const checkpoint::Checkpoint& checkpoint, const ModelOptions& options) {
  if (!on_host(options)) return std::make_unique<TensorBackend>(checkpoint, tensor_settings(options));
  if (options.dtype != "auto" && options.dtype != "float32") {
    throw Error(ExitClass::usage,
                "--dtype: \"" + options.dtype + "\" cannot be computed in on the CPU, expected float32");
  }
  return std::make_unique<HostBackend>(checkpoint, options);
}

}  // namespace phasescope::model
