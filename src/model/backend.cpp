#include "backend.h"

#include "host_backend.h"

#include "phasescope/base/error.h"

namespace phasescope::model {

std::unique_ptr<Backend> make_backend(const checkpoint::Checkpoint& checkpoint, const ModelOptions& options) {
  if (options.device != "auto" && options.device != "cpu") {
    throw Error(ExitClass::environment,
                "--device: \"" + options.device + "\" is not available in this build, expected cpu");
  }
  if (options.dtype != "auto" && options.dtype != "float32") {
    throw Error(ExitClass::usage,
                "--dtype: \"" + options.dtype + "\" cannot be computed in on the CPU, expected float32");
  }
  return std::make_unique<HostBackend>(checkpoint, options);
}

}  // namespace phasescope::model
