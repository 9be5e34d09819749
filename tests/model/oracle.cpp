#include "oracle.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "phasescope/formats/safetensors.h"

namespace phasescope::testing {
namespace {

using formats::SafetensorsFile;
using formats::StoredTensor;

const StoredTensor& required(const SafetensorsFile& file, const std::string& name) {
  const StoredTensor* tensor = file.find(name);
  if (tensor == nullptr) throw std::runtime_error(file.path().string() + ": no tensor " + name);
  return *tensor;
}

std::vector<std::int64_t> integers(const StoredTensor& tensor) {
  std::vector<std::int64_t> values(static_cast<std::size_t>(tensor.elements()));
  std::memcpy(values.data(), tensor.data, tensor.bytes);
  return values;
}

StateRows rows(const StoredTensor& tensor, std::int64_t first_element, std::int64_t count,
               std::int64_t width) {
  StateRows result(count, width);
  std::memcpy(result.data(), tensor.data + static_cast<std::size_t>(first_element) * sizeof(float),
              static_cast<std::size_t>(count * width) * sizeof(float));
  return result;
}

const std::filesystem::path kModels = std::filesystem::path(PHASESCOPE_TEST_DATA) / "models";

}  // namespace

std::vector<OraclePrompt> read_oracle(const std::filesystem::path& path) {
  const SafetensorsFile file(path);
  std::vector<OraclePrompt> prompts;
  for (std::size_t i = 0; file.find("oracle/" + std::to_string(i)) != nullptr; ++i) {
    const std::string name = "oracle/" + std::to_string(i);
    OraclePrompt prompt;
    prompt.ids = integers(required(file, name + ".ids"));
    const StoredTensor& states = required(file, name);
    const std::int64_t tokens = states.shape.at(1);
    const std::int64_t width = states.shape.at(2);
    for (std::int64_t point = 0; point < states.shape.at(0); ++point) {
      prompt.points.push_back(rows(states, point * tokens * width, tokens, width));
    }
    prompt.final_states = rows(required(file, name + ".final"), 0, tokens, width);
    prompt.greedy = integers(required(file, name + ".greedy"));
    prompts.push_back(std::move(prompt));
  }
  return prompts;
}

std::vector<std::string> model_cases() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kModels)) {
    if (std::filesystem::exists(entry.path() / "oracle.safetensors"))
      names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string model_of_case(const std::string& name) {
  for (const auto& entry : std::filesystem::directory_iterator(kModels / name)) {
    if (entry.path().extension() == ".gguf") return entry.path().string();
  }
  return (kModels / name).string();
}

std::filesystem::path oracle_of_case(const std::string& name) {
  return kModels / name / "oracle.safetensors";
}

}  // namespace phasescope::testing
