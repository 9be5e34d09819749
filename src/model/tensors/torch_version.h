#pragma once

#include <torch/version.h>

/// True when compiled against libtorch MAJOR.MINOR or later.
#define PHASESCOPE_TORCH_AT_LEAST(major, minor) \
  (TORCH_VERSION_MAJOR > (major) || (TORCH_VERSION_MAJOR == (major) && TORCH_VERSION_MINOR >= (minor)))
