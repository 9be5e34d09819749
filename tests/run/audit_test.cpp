// What an audit finds in copies of one small model that were changed by hand.
#include "phasescope/run/audit.h"

#include "../checkpoint/model_folder.h"
#include "../places.h"

#include <cmath>
#include <cstring>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "phasescope/base/files.h"
#include "phasescope/formats/json_schema.h"

namespace phasescope::run {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::ModelFolder;
using testing::TemporaryFolder;

/// A training run: folders step<n> in one place, all copies of llama_gqa at first.
class TrainingRun : public ::testing::Test {
 protected:
  std::string add(const std::string& name, const ModelFolder& model) const {
    std::filesystem::copy(model.path(), folder_ / name);
    return (folder_ / name).string();
  }

  /// A checkpoint whose tensors are all its own, but for those in `kept`.
  std::string add_step(int step, const std::vector<std::string>& kept = {}) const {
    const ModelFolder model("llama_gqa");
    std::vector<std::vector<float>> values;
    model.change_tensors([&](ModelFolder::Tensors& tensors) {
      for (auto& [name, tensor] : tensors) {
        if (std::find(kept.begin(), kept.end(), name) != kept.end()) continue;
        std::vector<float>& copy = values.emplace_back(static_cast<std::size_t>(tensor.elements()));
        std::memcpy(copy.data(), tensor.data, tensor.bytes);
        for (float& value : copy) value *= 1.0F + static_cast<float>(step);
        tensor.data = reinterpret_cast<const std::byte*>(copy.data());
      }
    });
    return add("step" + std::to_string(step), model);
  }

  AuditReport audit() const { return audit_checkpoints(find_checkpoints({(folder_ / "step*").string()})); }
  static double value(const AuditReport& report, const std::string& name) {
    return *audit_values(report).at(name).value;
  }

  TemporaryFolder folder_;
};

TEST(CheckpointOrder, CountsNumbersAsNumbers) {
  EXPECT_TRUE(comes_before("step8", "step64"));
  EXPECT_FALSE(comes_before("step64", "step8"));
  EXPECT_TRUE(comes_before("stage1-step5000-tokens11B", "stage1-step10000-tokens21B"));
  EXPECT_TRUE(comes_before("stage1-step900000", "stage2-step1000"));
  EXPECT_TRUE(comes_before("step", "step1"));
  EXPECT_TRUE(comes_before("a", "b"));
  EXPECT_TRUE(comes_before("step08", "step8") != comes_before("step8", "step08"));
  EXPECT_FALSE(comes_before("step8", "step8"));
}

TEST_F(TrainingRun, CheckpointsAreFoundInTheOrderOfTheirSteps) {
  for (const int step : {64, 8, 512}) add_step(step);
  const auto found = find_checkpoints({(folder_ / "step*").string(), (folder_ / "step8").string() + "/"});
  EXPECT_THAT(found, ElementsAre(folder_ / "step8", folder_ / "step64", folder_ / "step512"));
}

TEST_F(TrainingRun, NothingIsFoundInASoundOne) {
  for (const int step : {0, 1, 2}) add_step(step);
  const AuditReport report = audit();
  for (const char* name : {"unreadable", "unknown_family", "duplicates", "part_duplicates", "largest_share",
                           "not_finite", "missing", "wrong", "setting_changes", "tensor_changes"})
    EXPECT_EQ(value(report, name), 0) << name;
  EXPECT_EQ(value(report, "checkpoints"), 3);
  EXPECT_EQ(report.checkpoints[0].inventory.family, "llama");
}

TEST_F(TrainingRun, Copies) {
  add_step(1);
  add_step(2);
  std::filesystem::copy(folder_ / "step1", folder_ / "step3");
  std::filesystem::copy(folder_ / "step1", folder_ / "step4");
  const AuditReport report = audit();
  EXPECT_THAT(report.duplicates, ElementsAre(ElementsAre(0, 2, 3)));
  EXPECT_THAT(report.part_duplicates, IsEmpty());
  EXPECT_EQ(value(report, "duplicates"), 2);
  EXPECT_EQ(value(report, "largest_share"), 1);
}

TEST_F(TrainingRun, CopiesInPart) {
  const std::string kept = "model.layers.1.mlp.up_proj.weight";
  add_step(1, {kept, "model.norm.weight"});  // a vector tells nothing
  add_step(2, {kept, "model.norm.weight"});
  add_step(3);
  const AuditReport report = audit();
  EXPECT_THAT(report.duplicates, IsEmpty());
  ASSERT_EQ(report.part_duplicates.size(), 1U);
  const SharedMatrices& shared = report.part_duplicates[0];
  EXPECT_EQ(shared.first, 0U);
  EXPECT_EQ(shared.second, 1U);
  EXPECT_THAT(shared.names, ElementsAre(kept));
  const auto& tensors = report.checkpoints[0].inventory.tensors;
  double all = 0, one = 0;
  for (const auto& tensor : tensors) {
    if (tensor.shape.size() == 2) all += static_cast<double>(tensor.bytes);
    if (tensor.name == kept) one = static_cast<double>(tensor.bytes);
  }
  EXPECT_DOUBLE_EQ(shared.share, one / all);
  EXPECT_DOUBLE_EQ(value(report, "largest_share"), one / all);
}

TEST_F(TrainingRun, MatricesOfOneValueTellNothing) {
  const std::string name = "model.layers.0.mlp.down_proj.weight";
  for (const int step : {1, 2}) {
    const ModelFolder model("llama_gqa");
    std::vector<std::vector<float>> values;
    model.change_tensors([&](ModelFolder::Tensors& tensors) {
      for (auto& [other, tensor] : tensors) {
        const float all = other == name ? 0.0F : static_cast<float>(step);
        std::vector<float>& copy = values.emplace_back(static_cast<std::size_t>(tensor.elements()), all);
        if (other != name) copy[0] = 7.0F + all;
        tensor.data = reinterpret_cast<const std::byte*>(copy.data());
      }
    });
    add("step" + std::to_string(step), model);
  }
  EXPECT_THAT(audit().part_duplicates, IsEmpty());
}

TEST_F(TrainingRun, EntriesThatAreNotFinite) {
  add_step(1);
  const ModelFolder model("llama_gqa");
  std::vector<float> values;
  model.change_tensors([&](ModelFolder::Tensors& tensors) {
    auto& tensor = tensors[3].second;
    values.resize(static_cast<std::size_t>(tensor.elements()), 1.0F);
    values[0] = std::numeric_limits<float>::quiet_NaN();
    values[2] = -std::numeric_limits<float>::infinity();
    tensor.data = reinterpret_cast<const std::byte*>(values.data());
  });
  add("step2", model);
  const AuditReport report = audit();
  EXPECT_EQ(value(report, "not_finite"), 1);
  const Json broken = to_json(report)["checkpoints"][1]["not_finite"];
  ASSERT_EQ(broken.size(), 1U);
  EXPECT_EQ(broken[0]["entries"], 2);
}

/// All of them, not the first alone.
TEST_F(TrainingRun, MissingAndMisshapenTensors) {
  const ModelFolder model("llama_gqa");
  model.change_tensors([](ModelFolder::Tensors& tensors) {
    tensors.erase(std::remove_if(tensors.begin(), tensors.end(),
                                 [](const auto& item) {
                                   return item.first == "model.norm.weight" ||
                                          item.first == "model.layers.2.mlp.up_proj.weight";
                                 }),
                  tensors.end());
    for (auto& [name, tensor] : tensors) {
      if (name == "model.layers.0.mlp.up_proj.weight") std::swap(tensor.shape[0], tensor.shape[1]);
    }
  });
  add("step1", model);
  const AuditReport report = audit();
  const Json checkpoint = to_json(report)["checkpoints"][0];
  EXPECT_EQ(checkpoint["missing"], Json({"model.norm.weight", "model.layers.2.mlp.up_proj.weight"}));
  ASSERT_EQ(checkpoint["wrong"].size(), 1U);
  EXPECT_EQ(checkpoint["wrong"][0]["tensor"], "model.layers.0.mlp.up_proj.weight");
  EXPECT_THAT(checkpoint["wrong"][0]["reason"].get<std::string>(), ::testing::HasSubstr("has shape ["));
}

TEST_F(TrainingRun, ChangedSettingsAndTensors) {
  add_step(1);
  const ModelFolder model("llama_gqa");
  model.set("rms_norm_eps", 0.5);
  model.set("transformers_version", "9.9");
  model.change_tensors([](ModelFolder::Tensors& tensors) { tensors[0].first = "another.weight"; });
  add("step2", model);
  const AuditReport report = audit();
  std::vector<std::string> changed;
  for (const SettingChange& change : report.setting_changes)
    changed.push_back(change.key + (change.bookkeeping ? " bookkeeping" : ""));
  EXPECT_THAT(changed, ElementsAre("rms_norm_eps", "transformers_version bookkeeping"));
  EXPECT_EQ(report.setting_changes[0].new_value, 0.5);
  EXPECT_EQ(value(report, "setting_changes"), 1);
  EXPECT_EQ(value(report, "bookkeeping_changes"), 1);
  EXPECT_EQ(value(report, "tensor_changes"), 2);  // one gone, one new
}

TEST_F(TrainingRun, ReportsFollowTheirSchema) {
  add_step(1);
  add_step(2, {"model.layers.1.mlp.up_proj.weight"});
  std::filesystem::copy(folder_ / "step1", folder_ / "step3");
  create_folder(folder_ / "step4");  // holds nothing
  const Json report = to_json(audit());
  EXPECT_EQ(report["checkpoints"][3]["status"], "unreadable");
  const Json schema = read_json_file(shipped_configs() / "schemas" / "audit.schema.json");
  for (const auto& violation : formats::validate(schema, report))
    ADD_FAILURE() << violation.path << violation.reason;
  const Json single = to_json(audit_checkpoints({folder_ / "step1"}));
  EXPECT_EQ(single["summary"]["largest_share"], nullptr);
  EXPECT_EQ(single["summary"]["largest_share_reason"], "there is one checkpoint");
  EXPECT_THAT(formats::validate(schema, single), IsEmpty());
}

TEST(Audit, OfGgufFilesAndOfFamiliesThatCannotRun) {
  const std::filesystem::path models = test_data() / "models";
  const AuditReport gguf = audit_checkpoints({models / "gguf_llama_mixed" / "model.gguf"});
  EXPECT_EQ(gguf.checkpoints[0].inventory.family, "llama");
  EXPECT_THAT(gguf.checkpoints[0].inventory.problems, IsEmpty());
  EXPECT_EQ(gguf.checkpoints[0].inventory.settings.at("llama.block_count"), 5);
  const ModelFolder model("llama_gqa");
  model.set("model_type", "rwkv");
  const AuditReport unknown = audit_checkpoints({model.path()});
  EXPECT_EQ(unknown.checkpoints[0].error, "");
  EXPECT_EQ(*audit_values(unknown).at("unknown_family").value, 1);
  EXPECT_GT(unknown.checkpoints[0].inventory.tensors.size(), 10U);
}

}  // namespace
}  // namespace phasescope::run
