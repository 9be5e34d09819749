#pragma once

#include <string>

#include "phasescope/report/comparison.h"

namespace phasescope::run {

/// The published figures of a model, from configs/published. Errors: usage when none are known, with the
/// names of those that are; as reading a file.
report::ComparedModel read_published_model(const std::string& name);

}  // namespace phasescope::run
