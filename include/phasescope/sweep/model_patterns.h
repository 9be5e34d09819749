#pragma once

#include <string>
#include <vector>

namespace phasescope::sweep {

/// What a model entry of a sweep names, in the form that `run --model` takes: a path without wildcards and
/// `org/name[@revision]` stand for themselves; `*`, `?` and `[...]` in a path stand for the checkpoints
/// (folders with a config.json, .gguf files) that match, in a revision for the revisions in the local hub
/// cache that match; both in the order of training (trained_before). Errors: environment when nothing
/// matches.
std::vector<std::string> expand_model(const std::string& entry);

/// A short name for each model: the last part of its path without .gguf, or name-revision of the hub, with as
/// many of the parts before it as it takes to tell them apart. Made of letters, digits, `.`, `_` and `-`.
std::vector<std::string> model_labels(const std::vector<std::string>& models);

/// The text with everything but letters, digits, `.`, `_` and `-` replaced by `-`; fit for a file's name.
std::string file_name_of(const std::string& text);

}  // namespace phasescope::sweep
