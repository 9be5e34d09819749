#pragma once

#include "phasescope/model/language_model.h"

namespace phasescope::run {

/// The model library, opened at the first call. Looked for beside the program:
/// ../lib/libphasescope_model.so, or PHASESCOPE_MODEL_LIBRARY. Errors: environment when it is missing or
/// cannot be loaded.
const model::ModelLibrary& model_library();

}  // namespace phasescope::run
