#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <Eigen/Core>

namespace phasescope::testing {

using StateRows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// What transformers computed in float64 for one prompt (tests/data/README.md).
struct OraclePrompt {
  std::vector<std::int64_t> ids;
  std::vector<StateRows> points;  ///< raw points 0 .. L, each [tokens, width]
  StateRows final_states;         ///< after the final norm
  std::vector<std::int64_t> greedy;
};

std::vector<OraclePrompt> read_oracle(const std::filesystem::path& file);

/// Names of the model folders and files under tests/data/models, sorted.
std::vector<std::string> model_cases();
/// The model folder, or the GGUF file inside it.
std::string model_of_case(const std::string& name);
std::filesystem::path oracle_of_case(const std::string& name);

}  // namespace phasescope::testing
