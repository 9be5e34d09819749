// What weights that do not fit the configuration, and broken indexes of shards, are answered with.
#include "model_folder.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace phasescope::checkpoint {
namespace {

using formats::ElementType;
using formats::StoredTensor;
using testing::ModelFolder;
using Tensors = ModelFolder::Tensors;

StoredTensor& named(Tensors& tensors, const std::string& name) {
  const auto found =
      std::find_if(tensors.begin(), tensors.end(), [&](const auto& item) { return item.first == name; });
  if (found == tensors.end()) throw std::runtime_error("the case has no tensor " + name);
  return found->second;
}

/// What opening a model says without one of its tensors.
std::string without(const std::string& case_name, const std::string& tensor) {
  const ModelFolder folder(case_name);
  folder.change_tensors([&](Tensors& tensors) {
    const auto is_it = [&](const auto& item) { return item.first == tensor; };
    tensors.erase(std::find_if(tensors.begin(), tensors.end(), is_it));
  });
  return folder.opening();
}

TEST(MalformedWeights, MissingTensors) {
  const std::string reason = ": missing, expected a tensor of that name";
  for (const char* name :
       {"model.embed_tokens.weight", "model.norm.weight", "model.layers.1.self_attn.q_proj.weight",
        "model.layers.2.mlp.down_proj.weight", "model.layers.0.input_layernorm.weight"}) {
    EXPECT_EQ(without("llama_gqa", name), "3 model.safetensors: " + std::string(name) + reason);
  }
}

/// A bias that the family has, or that the configuration announces, cannot be left out.
TEST(MalformedWeights, MissingBiases) {
  const std::string reason = ": missing, expected a tensor of that name";
  EXPECT_EQ(without("qwen2_tied", "model.layers.0.self_attn.k_proj.bias"),
            "3 model.safetensors: model.layers.0.self_attn.k_proj.bias" + reason);
  EXPECT_EQ(without("phi_default_rotary", "lm_head.bias"), "3 model.safetensors: lm_head.bias" + reason);
  EXPECT_EQ(without("phi_default_rotary", "model.final_layernorm.bias"),
            "3 model.safetensors: model.final_layernorm.bias" + reason);
  const ModelFolder folder("llama_gqa");
  folder.set("attention_bias", true);
  EXPECT_EQ(folder.opening(), "3 model.safetensors: model.layers.0.self_attn.q_proj.bias" + reason);
}

/// The reference implementation ignores a bias that the configuration denies.
TEST(MalformedWeights, BiasesThatTheConfigurationDeniesAreIgnored) {
  const ModelFolder folder("llama_untied_bias");
  folder.set("mlp_bias", false);
  const Checkpoint checkpoint = folder.open();
  EXPECT_FALSE(checkpoint.blocks()[0].down.bias);
  EXPECT_TRUE(checkpoint.blocks()[0].output.bias);
}

TEST(MalformedWeights, MissingHead) {
  const ModelFolder folder("llama_gqa");
  folder.set("tie_word_embeddings", false);
  EXPECT_EQ(folder.opening(), "3 model.safetensors: lm_head.weight: missing, expected a tensor of that name");
}

TEST(MalformedWeights, WrongShapesAreToldWithBoth) {
  const auto reshaped = [](const std::string& tensor, const std::vector<std::int64_t>& shape) {
    const ModelFolder folder("llama_gqa");
    folder.change_tensors([&](Tensors& tensors) { named(tensors, tensor).shape = shape; });
    return folder.opening();
  };
  EXPECT_EQ(
      reshaped("model.layers.1.mlp.down_proj.weight", {40, 36}),
      "3 model.safetensors: model.layers.1.mlp.down_proj.weight: has shape [40, 36], expected [36, 40]");
  EXPECT_EQ(
      reshaped("model.layers.0.self_attn.k_proj.weight", {432}),
      "3 model.safetensors: model.layers.0.self_attn.k_proj.weight: has shape [432], expected [12, 36]");
  EXPECT_EQ(reshaped("model.norm.weight", {1, 36}),
            "3 model.safetensors: model.norm.weight: has shape [1, 36], expected [36]");
  EXPECT_EQ(reshaped("model.embed_tokens.weight", {160, 72}),
            "3 model.safetensors: model.embed_tokens.weight: has shape [160, 72], expected [320, 36]");
}

TEST(MalformedWeights, SizesThatTheFileDoesNotHave) {
  const auto with = [](const std::string& key, const Json& value) {
    const ModelFolder folder("llama_gqa");
    folder.set(key, value);
    return folder.opening();
  };
  EXPECT_EQ(with("vocab_size", 321),
            "3 model.safetensors: model.embed_tokens.weight: has shape [320, 36], expected [321, 36]");
  EXPECT_EQ(
      with("num_hidden_layers", 4),
      "3 model.safetensors: model.layers.3.input_layernorm.weight: missing, expected a tensor of that name");
  EXPECT_EQ(with("head_dim", 1073741824),
            "3 model.safetensors: model.layers.0.self_attn.q_proj.weight: has shape [36, 36], expected "
            "[9663676416, 36]");
  EXPECT_EQ(with("num_hidden_layers", 2), "opened");  // fewer blocks than the file holds
}

TEST(MalformedWeights, TypesThatNoWeightHas) {
  const ModelFolder folder("llama_gqa");
  folder.change_tensors(
      [&](Tensors& tensors) { named(tensors, "model.norm.weight").type = ElementType::i32; });
  EXPECT_EQ(folder.opening(),
            "3 model.safetensors: model.norm.weight: has dtype I32, expected F32, F16 or BF16");
}

TEST(MalformedWeights, NoWeightsAtAll) {
  const ModelFolder folder("llama_gqa");
  folder.remove("model.safetensors");
  EXPECT_EQ(folder.opening(),
            "4 " + folder.path() + ": holds neither model.safetensors nor model.safetensors.index.json");
}

class BrokenIndex : public ::testing::Test {
 protected:
  BrokenIndex() : folder_("llama_untied_bias"), index_(read_json_file(folder_ / kIndex)) {}

  std::string opening() const {
    folder_.write(kIndex, index_.dump());
    return folder_.opening();
  }

  static constexpr const char* kIndex = "model.safetensors.index.json";
  ModelFolder folder_;
  Json index_;
};

TEST_F(BrokenIndex, UnspoiltOpens) {
  EXPECT_EQ(opening(), "opened");
}

TEST_F(BrokenIndex, MissingShard) {
  folder_.remove("model-00002-of-00003.safetensors");
  EXPECT_EQ(opening(), "4 model-00002-of-00003.safetensors: cannot be opened (No such file or directory)");
}

TEST_F(BrokenIndex, ShardsOutsideTheFolder) {
  for (const char* name : {"../model.safetensors", "/etc/passwd", "..", ".", "", "a/b.safetensors"}) {
    index_["weight_map"]["model.norm.weight"] = name;
    EXPECT_EQ(opening(),
              std::string("3 model.safetensors.index.json: weight_map.model.norm.weight: found \"") + name +
                  "\", expected a file name in the same folder");
  }
}

TEST_F(BrokenIndex, TensorsThatTheShardDoesNotHold) {
  index_["weight_map"]["model.extra.weight"] = "model-00001-of-00003.safetensors";
  EXPECT_EQ(opening(),
            "3 model.safetensors.index.json: weight_map.model.extra.weight: is not in "
            "model-00001-of-00003.safetensors");
}

TEST_F(BrokenIndex, WithoutItsMap) {
  index_.erase("weight_map");
  EXPECT_EQ(opening(), "3 model.safetensors.index.json: weight_map: missing");
  index_["weight_map"] = Json::object();
  EXPECT_EQ(opening(), "3 model.safetensors.index.json: weight_map: is empty");
  index_["weight_map"] = Json::array();
  EXPECT_EQ(opening(), "3 model.safetensors.index.json: weight_map: found array, expected an object");
  index_["weight_map"] = {{"model.norm.weight", 1}};
  EXPECT_EQ(opening(),
            "3 model.safetensors.index.json: weight_map.model.norm.weight: found 1, expected a string");
}

/// The message names the folder, as any shard could have held it.
TEST_F(BrokenIndex, MissingTensor) {
  index_["weight_map"].erase("model.norm.weight");
  EXPECT_EQ(opening(),
            "3 " + folder_.path() + ": model.norm.weight: missing, expected a tensor of that name");
}

/// A tensor in two shards: the index says which one counts.
TEST_F(BrokenIndex, TheIndexDecidesBetweenCopies) {
  const std::string name = "model.norm.weight";
  const auto expected = testing::all_weights(folder_.open()).at("final norm scale");
  const std::string owner = index_["weight_map"][name];
  const std::vector<std::byte> zeros(2 * expected.size());
  for (const char* shard : {"model-00001-of-00003.safetensors", "model-00002-of-00003.safetensors",
                            "model-00003-of-00003.safetensors"}) {
    if (shard == owner) continue;
    folder_.change_tensors(
        [&](Tensors& tensors) {
          const auto width = static_cast<std::int64_t>(expected.size());
          tensors.push_back({name, {ElementType::f16, {width}, zeros.data(), zeros.size()}});
        },
        shard);
  }
  EXPECT_EQ(testing::all_weights(folder_.open()).at("final norm scale"), expected);
}

/// Masks of a type that no weight has may stand in the index too.
TEST_F(BrokenIndex, UnusedTensorsMayHaveAnyType) {
  const std::vector<std::byte> mask(4);
  const std::string shard = "model-00001-of-00003.safetensors";
  folder_.change_tensors(
      [&](Tensors& tensors) {
        tensors.push_back({"mask", {ElementType::u8, {4}, mask.data(), mask.size()}});
      },
      shard);
  index_["weight_map"]["mask"] = shard;
  EXPECT_EQ(opening(), "opened");
}

}  // namespace
}  // namespace phasescope::checkpoint
