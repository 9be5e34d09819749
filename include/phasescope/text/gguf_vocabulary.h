#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace phasescope::text {

/// The tokenizer metadata of a GGUF file (keys tokenizer.ggml.*), as its reader found them.
struct GgufVocabulary {
  std::string model;                      ///< "gpt2": byte-level BPE; "llama": sentencepiece BPE by scores
  std::string pre;                        ///< how "gpt2" cuts text: llama-bpe, qwen2, smollm, ...
  std::vector<std::string> tokens;        ///< by id
  std::vector<float> scores;              ///< by id; required by "llama"
  std::vector<std::int32_t> token_types;  ///< by id, or empty: 1 normal, 2 unknown, 3 control, 4 user
                                          ///< defined, 5 unused, 6 byte
  std::vector<std::string> merges;        ///< "left right", by rank; required by "gpt2"
  std::optional<std::int64_t> bos_id;
  std::optional<std::int64_t> eos_id;
  std::optional<std::int64_t> unknown_id;
  std::optional<std::int64_t> padding_id;
  /// Absent keys mean what the format's reference implementation takes them to mean.
  std::optional<bool> add_bos;
  std::optional<bool> add_eos;
  std::optional<bool> add_space_prefix;
};

}  // namespace phasescope::text
