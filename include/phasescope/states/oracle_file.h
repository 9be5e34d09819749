#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "phasescope/formats/safetensors.h"
#include "phasescope/states/observer.h"

namespace phasescope::states {

/// The format string in the metadata of oracle files.
inline constexpr const char* kOracleFormat = "phasescope.oracle/1";

/// What a reference implementation computed for one prompt. The memory belongs to the OracleFile.
struct OraclePrompt {
  std::string text;               ///< empty when the file does not say
  std::vector<std::int64_t> ids;  ///< a leading BOS included
  std::int64_t points = 0;        ///< L + 1
  std::int64_t width = 0;
  const float* states = nullptr;        ///< [points, tokens, width], before the final norm
  const float* final_states = nullptr;  ///< [tokens, width], after it
  std::vector<float> logits;            ///< of the last position; empty: not in the file
  std::vector<std::int64_t> greedy;  ///< greedy continuation, a final end token kept; empty: not in the file
  /// Smallest gap between the best and the second-best logit along that continuation; infinite when the file
  /// does not say.
  double greedy_margin = 0;

  std::int64_t tokens() const { return static_cast<std::int64_t>(ids.size()); }
  /// [tokens, width]
  StateMatrix point(std::int64_t index) const {
    return {states + index * tokens() * width, tokens(), width, Eigen::OuterStride<>(width)};
  }
  StateMatrix after_final_norm() const {
    return {final_states, tokens(), width, Eigen::OuterStride<>(width)};
  }
};

/// States, logits and greedy tokens of a reference implementation, as `scripts/dump_oracle.py` writes them:
/// for prompt i tensors `oracle/<i>` F32 [points, tokens, width], `.ids` I64 [tokens], `.final` F32 [tokens,
/// width], and maybe `.logits` F32 [vocabulary] and `.greedy` I64 [tokens]. Not copyable; prompts point into
/// it.
class OracleFile {
 public:
  /// Errors: environment when unreadable; input_file for files of another format, and tensors that are
  /// missing or do not fit each other.
  explicit OracleFile(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return file_.path(); }
  /// At least one; all with the same number of points and the same width.
  const std::vector<OraclePrompt>& prompts() const { return prompts_; }
  /// What made the file, e.g. "transformers 5.18.0, float64".
  const std::string& source() const { return source_; }
  /// The model family it was made from; empty when the file does not say.
  const std::string& family() const { return family_; }

 private:
  formats::SafetensorsFile file_;
  std::vector<OraclePrompt> prompts_;
  std::string source_;
  std::string family_;
};

}  // namespace phasescope::states
