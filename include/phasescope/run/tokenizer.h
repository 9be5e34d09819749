#pragma once

#include "phasescope/checkpoint/checkpoint.h"
#include "phasescope/text/tokenizer.h"

namespace phasescope::run {

/// The tokenizer that belongs to a checkpoint: its tokenizer.json, or the vocabulary in its GGUF file.
/// Errors: as Tokenizer's.
text::Tokenizer load_tokenizer(const checkpoint::Checkpoint& checkpoint);

}  // namespace phasescope::run
