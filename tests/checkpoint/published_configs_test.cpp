// Configurations as models are published with (tests/data/configs/<model>.json), and as transformers writes
// them again in its newer spelling (resaved/). Source of what is expected (facts/): the models that
// transformers 5.18 builds from them (scripts/config-facts).
#include "../places.h"
#include "family.h"
#include "weight_collector.h"

#include <algorithm>
#include <cmath>
#include <regex>
#include <set>

#include <gtest/gtest.h>

#include "phasescope/base/error.h"
#include "phasescope/checkpoint/checkpoint.h"
#include "phasescope/checkpoint/read_architecture.h"

namespace phasescope::checkpoint {
namespace {

const std::filesystem::path kConfigs = test_data() / "configs";

std::vector<std::string> models() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kConfigs / "facts"))
    names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

/// A store without files: says that every tensor of a model is there, and counts the entries asked for.
class ShapeStore : public TensorStore {
 public:
  explicit ShapeStore(const Json& facts) : shapes_(facts["tensors"]), blocks_(facts["blocks"]) {}

  std::optional<StoredMatrix> find(const std::string& name) const override {
    static const std::regex number("\\.([0-9]+)(?=\\.)");
    const std::string pattern = std::regex_replace(name, number, ".{}");
    std::smatch block;
    if (!shapes_.contains(pattern)) return std::nullopt;
    if (std::regex_search(name, block, number) && std::stoll(block[1]) >= blocks_) return std::nullopt;
    const auto shape = shapes_[pattern].get<std::vector<std::int64_t>>();
    std::int64_t entries = 1;
    for (const std::int64_t extent : shape) entries *= extent;
    found_[name] = entries;
    return StoredMatrix{name, "shapes", formats::QuantizationType::f32, shape, kSomewhere};
  }
  const std::vector<std::filesystem::path>& files() const override { return files_; }

  std::int64_t entries_found() const {
    std::int64_t sum = 0;
    for (const auto& item : found_) sum += item.second;
    return sum;
  }

 private:
  static constexpr std::byte kByte{0};
  static constexpr const std::byte* kSomewhere = &kByte;  // never read

  const Json& shapes_;
  std::int64_t blocks_;
  mutable std::map<std::string, std::int64_t> found_;
  std::vector<std::filesystem::path> files_{"shapes"};
};

class PublishedConfig : public ::testing::TestWithParam<std::string> {
 protected:
  PublishedConfig() : facts_(read_json_file(kConfigs / "facts" / (GetParam() + ".json"))) {}

  Architecture read(const std::filesystem::path& folder) const {
    const std::string file = GetParam() + ".json";
    return read_architecture(read_json_file(folder / file), file);
  }

  void expect_facts(const Architecture& a) const {
    EXPECT_EQ(a.family, facts_["family"]);
    EXPECT_EQ(a.blocks, facts_["blocks"]);
    EXPECT_EQ(a.hidden, facts_["hidden"]);
    EXPECT_EQ(a.heads, facts_["heads"]);
    EXPECT_EQ(a.key_value_heads, facts_["key_value_heads"]);
    EXPECT_EQ(a.head_dim, facts_["head_dim"]);
    EXPECT_EQ(a.intermediate, facts_["intermediate"]);
    EXPECT_EQ(a.vocabulary, facts_["vocabulary"]);
    EXPECT_EQ(a.maximum_positions, facts_["maximum_positions"]);
    EXPECT_DOUBLE_EQ(a.norm_epsilon, facts_["norm_epsilon"]);
    EXPECT_DOUBLE_EQ(a.score_scale, facts_["score_scale"]);
    EXPECT_EQ(a.tied_head, facts_["tied_head"]);
    EXPECT_EQ(Json(a.end_tokens), facts_["end_tokens"]);
  }

  /// Window and rotation of every block.
  void expect_pattern(const Architecture& a) const {
    ASSERT_EQ(a.pattern.size(), facts_["windows"].size());
    for (std::size_t b = 0; b < a.pattern.size(); ++b) {
      const auto& window = a.pattern[b].window;
      EXPECT_EQ(window ? Json(*window) : Json(nullptr), facts_["windows"][b]) << "block " << b;
      const bool rotated =
          facts_.contains("rotated") ? facts_["rotated"][b].get<bool>() : !facts_["rotary"].empty();
      EXPECT_EQ(a.pattern[b].rope >= 0, rotated) << "block " << b;
      if (a.ropes.size() < 2) continue;
      EXPECT_EQ(a.pattern[b].rope, window ? 1 : 0) << "block " << b;
    }
  }

  Json facts_;
};

TEST_P(PublishedConfig, IsReadAsTheReferenceReadsIt) {
  const Architecture a = read(kConfigs);
  expect_facts(a);
  expect_pattern(a);
}

TEST_P(PublishedConfig, MeansTheSameInTheNewerSpelling) {
  const Architecture a = read(kConfigs / "resaved");
  expect_facts(a);
  expect_pattern(a);
}

/// Every tensor of the reference's model is found under its name and in its shape, and no other is wanted.
TEST_P(PublishedConfig, NamesTheTensorsOfTheReference) {
  const Architecture a = read(kConfigs);
  const TensorNames names = find_family(a.family)->names(a);
  const ShapeStore store(facts_);
  const WeightCollector collector(a, names, store);
  collector.outer();
  for (std::int64_t b = 0; b < a.blocks; ++b) collector.block(b);
  EXPECT_EQ(store.entries_found(), facts_["parameters"].get<std::int64_t>());
}

INSTANTIATE_TEST_SUITE_P(Models, PublishedConfig, ::testing::ValuesIn(models()), [](const auto& model) {
  return std::regex_replace(model.param, std::regex("[^A-Za-z0-9]"), "_");
});

TEST(PublishedConfigs, CoverEveryFamily) {
  std::set<std::string> covered;
  for (const std::string& model : models())
    covered.insert(read_json_file(kConfigs / "facts" / (model + ".json"))["family"]);
  const std::vector<std::string> known = family_names();
  EXPECT_EQ(covered, std::set<std::string>(known.begin(), known.end()));
}

TEST(PublishedConfigs, AlibiIsRefused) {
  try {
    read_architecture(read_json_file(kConfigs / "falcon-rw-1b.json"), "falcon-rw-1b.json");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_class(), ExitClass::input_file);
    EXPECT_STREQ(error.what(),
                 "falcon-rw-1b.json: alibi: found true, which is not implemented, expected false");
  }
}

/// Facts of single families that sizes do not show. Source: the published configurations.
TEST(PublishedConfigs, HaveTheirFamilysPeculiarities) {
  const auto read = [](const std::string& model) {
    return read_architecture(read_json_file(kConfigs / (model + ".json")), model);
  };
  const Architecture gemma2 = read("gemma-2-27b");
  EXPECT_EQ(gemma2.score_softcap, 50);
  EXPECT_EQ(gemma2.logit_softcap, 30);
  EXPECT_DOUBLE_EQ(gemma2.embedding_scale, std::sqrt(4608.0));
  EXPECT_EQ(gemma2.activation, Activation::gelu_tanh);
  const Architecture gemma3 = read("gemma-3-1b");
  EXPECT_FALSE(gemma3.score_softcap || gemma3.logit_softcap);
  const Architecture granite = read("granite-3.1-2b");
  EXPECT_DOUBLE_EQ(granite.logit_scale, 1 / 8.0);
  EXPECT_DOUBLE_EQ(granite.residual_scale, 0.22);
  EXPECT_DOUBLE_EQ(granite.embedding_scale, 12);
  const Architecture experts = read("qwen3-30b-a3b");
  EXPECT_EQ(experts.experts->count, 128);
  EXPECT_EQ(experts.experts->used, 8);
  EXPECT_TRUE(experts.experts->renormalise);
  const Architecture opt = read("opt-350m");
  EXPECT_EQ(opt.embedding_width, 512);
  EXPECT_TRUE(opt.residual_norms);
  EXPECT_FALSE(opt.input_norms || opt.final_norm);
  EXPECT_EQ(opt.position_offset, 2);
  EXPECT_EQ(read("gpt-neox-20b").activation, Activation::gelu_tanh);
  EXPECT_EQ(read("pythia-70m").activation, Activation::gelu_erf);
  EXPECT_TRUE(read("falcon-7b").shared_input_norm);
  EXPECT_FALSE(read("falcon-40b").shared_input_norm);
  EXPECT_TRUE(read("stablelm-2-12b").query_key_norm == QueryKeyNorm::each_head);
}

}  // namespace
}  // namespace phasescope::checkpoint
