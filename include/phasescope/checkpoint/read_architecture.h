#pragma once

#include <string>

#include "phasescope/base/json.h"
#include "phasescope/checkpoint/architecture.h"

namespace phasescope::checkpoint {

/// The architecture that a config.json describes; the weights are not looked at. A configuration with a
/// `text_config` inside (a multimodal wrapper) is read as that of its text model. What a file leaves out
/// takes the family's default, as in the reference implementation. `file` is named in errors. Errors:
/// input_file for unknown families and rotary types, sizes that do not fit each other, settings of which
/// another position is not implemented, and keys that nobody here understands.
Architecture read_architecture(const Json& config, const std::string& file);

}  // namespace phasescope::checkpoint
