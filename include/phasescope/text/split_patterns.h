#pragma once

#include <memory>
#include <string>

#include "phasescope/text/normalizer.h"
#include "phasescope/text/pre_tokenizer.h"

namespace phasescope::text {

/// How the byte-level BPE of a GGUF file treats text before its merges: what the name in tokenizer.ggml.pre
/// stands for.
struct SplitPattern {
  std::unique_ptr<Normalizer> normalizer;  ///< may be null
  std::unique_ptr<PreTokenizer> pre_tokenizer;
  bool ignore_merges = false;
  bool add_bos = false;  ///< when the file does not say
};

/// Errors: input_file, with the known names, when `name` is not one of them.
SplitPattern named_split_pattern(const std::string& name, const std::string& file);

}  // namespace phasescope::text
