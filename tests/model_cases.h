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

inline std::filesystem::path oracle_of_case(const std::string& name) {
  return model_case(name) / "oracle.safetensors";
}

}  // namespace phasescope::testing
