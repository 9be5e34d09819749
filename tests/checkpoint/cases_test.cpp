// Every model of tests/data/models, opened. Sources: the files themselves, read here tensor by tensor, and
// the metadata that transformers' run left in oracle.safetensors.
#include "model_folder.h"

#include <algorithm>
#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "phasescope/formats/gguf.h"

namespace phasescope::checkpoint {
namespace {

using formats::SafetensorsFile;
using formats::StoredTensor;
using testing::ModelFolder;

std::map<std::string, std::string> oracle_metadata(const std::string& name) {
  return SafetensorsFile(testing::oracle_of_case(name)).metadata();
}

bool ends_with(const std::string& text, const std::string& ending) {
  return text.size() >= ending.size() &&
         text.compare(text.size() - ending.size(), ending.size(), ending) == 0;
}

/// Masks and rotary frequencies that old exporters stored.
bool is_stale(const std::string& name) {
  const std::vector<std::string> endings = {".attn.bias", ".attn.masked_bias", "rotary_emb.inv_freq",
                                            ".attention.bias", ".attention.masked_bias"};
  return std::any_of(endings.begin(), endings.end(), [&](const auto& end) { return ends_with(name, end); });
}

/// What a multimodal wrapper holds beside its text model.
bool is_of_images(const std::string& name) {
  return name.find("vision_tower.") != std::string::npos ||
         name.find("multi_modal_projector.") != std::string::npos;
}

bool same_tensor(const StoredTensor& a, const StoredTensor& b) {
  return a.type == b.type && a.bytes == b.bytes && std::memcmp(a.data, b.data, a.bytes) == 0;
}

/// True for the second copy of a tied head.
bool is_duplicate_head(const SafetensorsFile& file, const std::string& name, const StoredTensor& tensor) {
  const StoredTensor* embedding = file.find("model.embed_tokens.weight");
  return name == "lm_head.weight" && embedding != nullptr && same_tensor(tensor, *embedding);
}

std::int64_t parameters_in(const std::filesystem::path& path) {
  const SafetensorsFile file(path);
  std::int64_t count = 0;
  for (const auto& [name, tensor] : file.tensors())
    if (!is_stale(name) && !is_of_images(name) && !is_duplicate_head(file, name, tensor))
      count += tensor.elements();
  return count;
}

std::int64_t parameters_in_gguf(const formats::GgufFile& file) {
  std::int64_t count = 0;
  for (const formats::GgufTensor& tensor : file.tensors())
    if (tensor.name.rfind("rope_", 0) != 0) count += tensor.elements;
  return count;
}

/// The value of whichever key the configuration has.
Json first_of(const Json& config, const std::vector<std::string>& keys) {
  for (const std::string& key : keys)
    if (config.contains(key)) return config[key];
  ADD_FAILURE() << keys.front();
  return nullptr;
}

class CaseTest : public ::testing::TestWithParam<std::string> {
 protected:
  Checkpoint open() const { return Checkpoint::open(testing::model_of_case(GetParam())); }
};

TEST_P(CaseTest, FamilyAndEndTokensAreThoseOfTheReferenceRun) {
  const Checkpoint checkpoint = open();
  const auto metadata = oracle_metadata(GetParam());
  EXPECT_EQ(checkpoint.architecture().family, metadata.at("family"));
  EXPECT_EQ(Json(checkpoint.architecture().end_tokens), Json::parse(metadata.at("eos_token_ids")));
}

TEST_P(CaseTest, ArchitectureHasTheSizesOfTheOracle) {
  const Checkpoint checkpoint = open();
  const SafetensorsFile oracle(testing::oracle_of_case(GetParam()));
  EXPECT_EQ(checkpoint.architecture().points(), oracle.find("oracle/0")->shape[0]);
  EXPECT_EQ(checkpoint.architecture().hidden, oracle.find("oracle/0")->shape[2]);
  EXPECT_EQ(checkpoint.architecture().vocabulary, oracle.find("oracle/0.logits")->shape[0]);
}

TEST_P(CaseTest, ParametersAreTheTensorsOfTheFilesWithoutStaleOnes) {
  const Checkpoint checkpoint = open();
  std::int64_t expected = 0;
  if (checkpoint.format() == CheckpointFormat::gguf) {
    expected = parameters_in_gguf(*checkpoint.gguf());
  } else {
    for (const auto& path : checkpoint.weight_files()) expected += parameters_in(path);
  }
  EXPECT_GT(expected, 0);
  EXPECT_EQ(checkpoint.parameters(), expected);
}

class FolderTest : public CaseTest {};

TEST_P(FolderTest, ConfigurationIsReadAsWritten) {
  const Checkpoint checkpoint = open();
  Json config = read_json_file(testing::model_case(GetParam()) / "config.json");
  if (config.contains("text_config")) config = Json(config["text_config"]);
  const Architecture& a = checkpoint.architecture();
  EXPECT_EQ(Json(a.blocks), first_of(config, {"num_hidden_layers", "n_layer"}));
  EXPECT_EQ(Json(a.hidden), first_of(config, {"hidden_size", "n_embd"}));
  EXPECT_EQ(Json(a.heads), first_of(config, {"num_attention_heads", "n_head"}));
  EXPECT_EQ(Json(a.vocabulary), first_of(config, {"vocab_size"}));
  EXPECT_EQ(Json(a.head_dim), config.value("head_dim", Json(a.hidden / a.heads)));
  EXPECT_EQ(a.pattern.size(), static_cast<std::size_t>(a.blocks));
}

class ShardsTest : public CaseTest {};

TEST_P(ShardsTest, AreTheSameAsOneFile) {
  const Checkpoint sharded = open();
  EXPECT_GT(sharded.weight_files().size(), 1U);
  const ModelFolder folder(GetParam());
  std::vector<std::unique_ptr<SafetensorsFile>> shards;
  ModelFolder::Tensors tensors;
  for (const auto& path : sharded.weight_files()) {
    shards.push_back(std::make_unique<SafetensorsFile>(path));
    for (const auto& tensor : shards.back()->tensors()) tensors.push_back(tensor);
  }
  formats::write_safetensors(folder / "model.safetensors", tensors, {});
  folder.remove("model.safetensors.index.json");
  const Checkpoint whole = folder.open();
  EXPECT_EQ(whole.weight_files().size(), 1U);
  EXPECT_EQ(testing::all_weights(whole), testing::all_weights(sharded));
}

/// The cases whose folder holds this file.
std::vector<std::string> cases_with(const std::string& file) {
  std::vector<std::string> names;
  for (const std::string& name : testing::model_case_names())
    if (std::filesystem::exists(testing::model_case(name) / file)) names.push_back(name);
  return names;
}

std::string case_name(const ::testing::TestParamInfo<std::string>& info) {
  return info.param;
}

INSTANTIATE_TEST_SUITE_P(Models, CaseTest, ::testing::ValuesIn(testing::model_case_names()), case_name);
INSTANTIATE_TEST_SUITE_P(Models, FolderTest, ::testing::ValuesIn(cases_with("config.json")), case_name);
INSTANTIATE_TEST_SUITE_P(Models, ShardsTest, ::testing::ValuesIn(cases_with("model.safetensors.index.json")),
                         case_name);

TEST(Checkpoint, KnowsItsFilesAndItsName) {
  const ModelFolder folder("llama_untied_bias");
  const Checkpoint checkpoint = Checkpoint::open(folder.path() + "/");
  EXPECT_EQ(checkpoint.format(), CheckpointFormat::safetensors);
  EXPECT_EQ(checkpoint.name(), std::filesystem::path(folder.path()).filename().string());
  EXPECT_EQ(checkpoint.weight_files().size(), 3U);
  EXPECT_EQ(checkpoint.config_file(), std::filesystem::path(folder.path() + "/config.json"));
  EXPECT_EQ(checkpoint.tokenizer_file(), std::filesystem::path(folder.path() + "/tokenizer.json"));
  EXPECT_EQ(checkpoint.gguf(), nullptr);
  EXPECT_EQ(checkpoint.stored_type(), "F16");
  EXPECT_EQ(checkpoint.stored_bytes(), static_cast<std::uint64_t>(2 * checkpoint.parameters()));
}

TEST(Checkpoint, OfAGgufFileIsThatFile) {
  const std::filesystem::path file = testing::model_case("gguf_llama_q4_1") / "model.gguf";
  const Checkpoint checkpoint = Checkpoint::open(file.string());
  EXPECT_EQ(checkpoint.format(), CheckpointFormat::gguf);
  EXPECT_EQ(checkpoint.name(), "model");
  EXPECT_EQ(checkpoint.config_file(), file);
  EXPECT_EQ(checkpoint.tokenizer_file(), file);
  EXPECT_EQ(checkpoint.stored_type(), "Q4_1");
  EXPECT_NE(checkpoint.gguf(), nullptr);
}

TEST(Checkpoint, TiedHeadIsTheEmbeddingUnlessTheFileHoldsAnother) {
  const auto head_and_embedding = [](const char* name) {
    auto weights = testing::all_weights(Checkpoint::open(testing::model_of_case(name)));
    return std::pair(weights.at("head matrix"), weights.at("token embedding"));
  };
  for (const char* name : {"llama_gqa", "llama_rope_linear"}) {  // the latter stores it twice
    const auto [head, embedding] = head_and_embedding(name);
    EXPECT_EQ(head, embedding) << name;
  }
  const auto [head, embedding] = head_and_embedding("llama_tied_conflict");
  EXPECT_NE(head, embedding);
}

/// Stale tensors of types that no weight may have, as GPT-2's boolean masks are.
TEST(Checkpoint, IgnoresTensorsThatItDoesNotUse) {
  const ModelFolder folder("gpt2_unprefixed");
  const auto before = testing::all_weights(folder.open());
  const std::vector<std::byte> mask(16);
  folder.change_tensors([&](ModelFolder::Tensors& tensors) {
    tensors.push_back({"h.0.attn.mask", {formats::ElementType::boolean, {16}, mask.data(), mask.size()}});
  });
  EXPECT_EQ(testing::all_weights(folder.open()), before);
}

}  // namespace
}  // namespace phasescope::checkpoint
