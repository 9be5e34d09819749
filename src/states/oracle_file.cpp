#include "phasescope/states/oracle_file.h"

#include <cstring>
#include <limits>

#include "phasescope/base/error.h"
#include "phasescope/base/json.h"

namespace phasescope::states {
namespace {

using formats::ElementType;
using formats::SafetensorsFile;
using formats::StoredTensor;
using Shape = std::vector<std::int64_t>;

std::string metadata_text(const SafetensorsFile& file, const std::string& key) {
  const auto found = file.metadata().find(key);
  return found == file.metadata().end() ? std::string() : found->second;
}

/// A list with one entry a prompt that the metadata holds as JSON; empty when it does not.
Json metadata_list(const SafetensorsFile& file, const std::string& key) {
  const std::string text = metadata_text(file, key);
  if (text.empty()) return Json::array();
  Json list = parse_json(text, file.path().string());
  if (!list.is_array()) throw_input_error(file.path().string(), "__metadata__." + key, "is no list");
  return list;
}

std::string type_text(ElementType type, const Shape& shape) {
  std::string text(formats::element_type_name(type));
  text += " [";
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  return text + "]";
}

/// A tensor whose type and shape are as they should be.
const StoredTensor& checked(const SafetensorsFile& file, const std::string& name, ElementType type,
                            const Shape& shape) {
  const StoredTensor* tensor = file.find(name);
  const std::string expected = type_text(type, shape);
  if (tensor == nullptr) throw_input_error(file.path().string(), name, "missing", expected);
  if (tensor->type != type || tensor->shape != shape) {
    throw_input_error(file.path().string(), name, "is " + type_text(tensor->type, tensor->shape), expected);
  }
  return *tensor;
}

/// States stay in the mapped file, so they must lie where floats may.
const float* states_of(const SafetensorsFile& file, const std::string& name, const Shape& shape) {
  const StoredTensor& tensor = checked(file, name, ElementType::f32, shape);
  if (reinterpret_cast<std::uintptr_t>(tensor.data) % alignof(float) != 0) {
    throw_input_error(file.path().string(), name, "is not aligned", "data at a multiple of 4 bytes");
  }
  return reinterpret_cast<const float*>(tensor.data);
}

template <class Element>
std::vector<Element> copied(const StoredTensor& tensor) {
  std::vector<Element> values(static_cast<std::size_t>(tensor.elements()));
  if (!values.empty()) std::memcpy(values.data(), tensor.data, tensor.bytes);
  return values;
}

/// A vector of any length, or none when the file has no tensor of that name.
template <class Element>
std::vector<Element> optional_vector(const SafetensorsFile& file, const std::string& name, ElementType type) {
  const StoredTensor* tensor = file.find(name);
  if (tensor == nullptr) return {};
  return copied<Element>(checked(file, name, type, {tensor->elements()}));
}

OraclePrompt read_prompt(const SafetensorsFile& file, const std::string& name, const StoredTensor& states) {
  const Shape& shape = states.shape;
  if (shape.size() != 3 || states.elements() == 0) {
    throw_input_error(file.path().string(), name, "is " + type_text(states.type, shape),
                      "F32 [points, tokens, width], none of them 0");
  }
  OraclePrompt prompt;
  prompt.points = shape[0];
  prompt.width = shape[2];
  prompt.states = states_of(file, name, shape);
  prompt.ids = copied<std::int64_t>(checked(file, name + ".ids", ElementType::i64, {shape[1]}));
  prompt.final_states = states_of(file, name + ".final", {shape[1], shape[2]});
  prompt.logits = optional_vector<float>(file, name + ".logits", ElementType::f32);
  prompt.greedy = optional_vector<std::int64_t>(file, name + ".greedy", ElementType::i64);
  prompt.greedy_margin = std::numeric_limits<double>::infinity();
  return prompt;
}

void check_alike(const SafetensorsFile& file, const std::string& name, const OraclePrompt& prompt,
                 const OraclePrompt& first) {
  if (prompt.points == first.points && prompt.width == first.width) return;
  const auto sizes = [](const OraclePrompt& p) {
    return std::to_string(p.points) + " points of width " + std::to_string(p.width);
  };
  throw_input_error(file.path().string(), name, "has " + sizes(prompt),
                    sizes(first) + " like the first prompt");
}

/// Texts and margins are notes: lists of another length are ignored.
void read_notes(const SafetensorsFile& file, std::vector<OraclePrompt>& prompts) {
  const Json texts = metadata_list(file, "prompts");
  const Json margins = metadata_list(file, "greedy_margins");
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    if (texts.size() == prompts.size() && texts[i].is_string()) prompts[i].text = texts[i];
    if (margins.size() == prompts.size() && margins[i].is_number()) prompts[i].greedy_margin = margins[i];
  }
}

std::string source_of(const SafetensorsFile& file) {
  const std::string version = metadata_text(file, "transformers");
  const std::string dtype = metadata_text(file, "dtype");
  return (version.empty() ? "unknown" : "transformers " + version) + (dtype.empty() ? "" : ", " + dtype);
}

}  // namespace

OracleFile::OracleFile(const std::filesystem::path& path)
    : file_(path), source_(source_of(file_)), family_(metadata_text(file_, "family")) {
  const std::string format = metadata_text(file_, "format");
  if (format != kOracleFormat) {
    throw_input_error(path.string(), "__metadata__.format", "found \"" + format + "\"", kOracleFormat);
  }
  for (std::size_t i = 0;; ++i) {
    const std::string name = "oracle/" + std::to_string(i);
    const StoredTensor* states = file_.find(name);
    if (states == nullptr) break;
    prompts_.push_back(read_prompt(file_, name, *states));
    check_alike(file_, name, prompts_.back(), prompts_.front());
  }
  if (prompts_.empty()) throw_input_error(path.string(), "oracle/0", "missing", "a tensor of that name");
  read_notes(file_, prompts_);
}

}  // namespace phasescope::states
