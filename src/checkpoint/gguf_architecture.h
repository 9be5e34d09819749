#pragma once

#include "family.h"

#include "phasescope/formats/gguf.h"

namespace phasescope::checkpoint {

/// The architecture that a GGUF file's metadata describes: llama, qwen2, qwen3, gemma, gemma2, gemma3, phi3.
/// Errors: input_file.
Architecture read_gguf_architecture(const formats::GgufFile& file);

/// Tensor names of GGUF ("blk.0.attn_q"), which are the same for all architectures.
TensorNames gguf_names(const Architecture& architecture);

}  // namespace phasescope::checkpoint
