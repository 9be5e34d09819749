#pragma once

#include "places.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace phasescope::testing {

/// tests/data/models/<name>
inline std::filesystem::path model_case(const std::string& name) {
  return test_data() / "models" / name;
}

/// Names of all cases, sorted.
inline std::vector<std::string> model_case_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(model_case("")))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

/// What to open: the folder, or the GGUF file inside it.
inline std::string model_of_case(const std::string& name) {
  const std::filesystem::path gguf = model_case(name) / "model.gguf";
  return std::filesystem::exists(gguf) ? gguf.string() : model_case(name).string();
}

/// tests/data/zoo/<name>, a trained model.
inline std::filesystem::path trained_model(const std::string& name) {
  return test_data() / "zoo" / name;
}

/// Names of the trained models that have an oracle, sorted ("llama/step2187").
inline std::vector<std::string> trained_models_with_oracle() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(trained_model("")))
    if (entry.path().filename() == "oracle.safetensors")
      names.push_back(std::filesystem::relative(entry.path().parent_path(), trained_model("")).string());
  std::sort(names.begin(), names.end());
  return names;
}

inline std::filesystem::path oracle_of_case(const std::string& name) {
  return model_case(name) / "oracle.safetensors";
}

}  // namespace phasescope::testing
