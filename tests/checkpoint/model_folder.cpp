#include "model_folder.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "phasescope/base/error.h"
#include "phasescope/base/files.h"

namespace phasescope::testing {
namespace {

using checkpoint::LinearWeights;
using checkpoint::NormWeights;
using checkpoint::Weight;

class Collection {
 public:
  void add(const std::string& name, const Weight& weight) {
    if (!weight) return;
    std::vector<float> values(static_cast<std::size_t>(weight.rows() * weight.columns()));
    checkpoint::convert_rows(weight, 0, weight.rows(), values.data());
    EXPECT_TRUE(result.emplace(name, std::move(values)).second) << name;
  }
  void add(const std::string& name, const LinearWeights& linear) {
    add(name + " matrix", linear.matrix);
    add(name + " bias", linear.bias);
  }
  void add(const std::string& name, const NormWeights& norm) {
    add(name + " scale", norm.scale);
    add(name + " shift", norm.bias);
  }
  template <class Item>
  void add_each(const std::string& name, const std::vector<Item>& items) {
    for (std::size_t i = 0; i < items.size(); ++i) add(name + " " + std::to_string(i), items[i]);
  }
  void add(const std::string& name, const checkpoint::ExpertWeights& expert) {
    add(name + " gate", expert.gate);
    add(name + " up", expert.up);
    add(name + " down", expert.down);
  }
  void add(const std::string& name, const checkpoint::BlockWeights& block) {
    add(name + " attention norm", block.attention_norm);
    add(name + " attention output norm", block.attention_output_norm);
    add(name + " feed-forward norm", block.feed_forward_norm);
    add(name + " feed-forward output norm", block.feed_forward_output_norm);
    add_each(name + " query norm", block.query_norms);
    add_each(name + " key norm", block.key_norms);
    add(name + " query", block.query);
    add(name + " key", block.key);
    add(name + " value", block.value);
    add(name + " output", block.output);
    add(name + " gate", block.gate);
    add(name + " up", block.up);
    add(name + " down", block.down);
    add(name + " router", block.router);
    add_each(name + " expert", block.experts);
  }

  std::map<std::string, std::vector<float>> result;
};

}  // namespace

std::string opening(const std::string& model, const std::filesystem::path& folder) {
  try {
    checkpoint::Checkpoint::open(model);
  } catch (const Error& error) {
    std::string text = error.what();
    const std::string prefix = folder.string() + "/";
    for (auto at = text.find(prefix); at != std::string::npos; at = text.find(prefix))
      text.erase(at, prefix.size());
    return std::to_string(static_cast<int>(error.exit_class())) + " " + text;
  }
  return "opened";
}

ModelFolder::ModelFolder(const std::string& case_name) {
  for (const auto& entry : std::filesystem::directory_iterator(model_case(case_name)))
    std::filesystem::copy(entry.path(), folder_.path());
}

void ModelFolder::write(const std::string& file, const std::string& text) const {
  write_file_atomically(folder_ / file, text);
}

Json ModelFolder::config() const {
  return read_json_file(folder_ / "config.json");
}

void ModelFolder::set(const std::string& key, const Json& value) const {
  Json changed = config();
  changed[key] = value;
  write("config.json", changed.dump());
}

void ModelFolder::unset(const std::string& key) const {
  Json changed = config();
  changed.erase(key);
  write("config.json", changed.dump());
}

void ModelFolder::change_tensors(const std::function<void(Tensors&)>& change, const std::string& file) const {
  const formats::SafetensorsFile before(folder_ / file);
  Tensors tensors = before.tensors();
  change(tensors);
  formats::write_safetensors(folder_ / file, tensors, {});
}

std::map<std::string, std::vector<float>> all_weights(const checkpoint::Checkpoint& checkpoint) {
  Collection collection;
  const checkpoint::OuterWeights& outer = checkpoint.outer();
  collection.add("token embedding", outer.token_embedding);
  collection.add("position embedding", outer.position_embedding);
  collection.add("project in", outer.project_in);
  collection.add("project out", outer.project_out);
  collection.add("final norm", outer.final_norm);
  collection.add("head", outer.head);
  collection.add_each("block", checkpoint.blocks());
  return std::move(collection.result);
}

}  // namespace phasescope::testing
