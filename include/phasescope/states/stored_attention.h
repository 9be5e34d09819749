#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "phasescope/formats/safetensors.h"

namespace phasescope::states {

/// Attention weights of prompts, stored as tensors `<category>/<i>/<block>` F32 [heads, T, T].
class StoredAttention {
 public:
  /// Errors: input_file for names and shapes that are not of this form.
  explicit StoredAttention(const std::filesystem::path& file);

  /// A block's weights averaged over heads.
  struct Map {
    std::int64_t block = 0;
    std::int64_t tokens = 0;
    std::vector<float> mean;  ///< [tokens, tokens]
  };
  /// Of one sequence, blocks ascending; empty when the file has none.
  std::vector<Map> maps_of(const std::string& sequence) const;

 private:
  formats::SafetensorsFile file_;
};

}  // namespace phasescope::states
