#pragma once

#include <string>

#include "phasescope/run/options.h"

namespace phasescope::run {

/// The plan of a run for people: sets, sequences, batches, tokens, and memory by part, from headers and
/// tokenizer alone.
std::string dry_run_text(const RunOptions& options);

/// Architecture, parameters, tokenizer and memory of a model, from headers alone.
Json inspect_model(const std::string& model);
std::string inspection_text(const Json& inspection);

}  // namespace phasescope::run
