// Where weights stay must not matter. Source of what is expected: the same model with its weights kept, which
// oracle_test.cpp holds to transformers.
#include "../../model_cases.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "phasescope/model/language_model.h"

extern "C" const phasescope::model::ModelLibrary* phasescope_model_library();

namespace phasescope::model::tensors {
namespace {

/// The states of the last point, one prompt after another, then one generated token after another.
class LastPoint : public states::Observer {
 public:
  void observe(const states::StateView& view) override {
    if (view.point + 1 < view.points) return;
    for (Eigen::Index r = 0; r < view.states.rows(); ++r)
      for (Eigen::Index c = 0; c < view.states.cols(); ++c) values.push_back(view.states(r, c));
  }
  std::vector<float> values;
};

std::vector<float> last_point(const std::string& name, std::int64_t weights_memory) {
  const checkpoint::Checkpoint checkpoint = checkpoint::Checkpoint::open(testing::model_of_case(name));
  ModelOptions options;
  options.device = "cpu";
  options.tensors = true;
  options.weights_memory = weights_memory;
  LastPoint last;
  phasescope_model_library()
      ->open(checkpoint, options)
      ->run({{0, {1, 2, 3}, 4}, {1, {7, 5}, 0}}, {}, {&last});
  return last.values;
}

TEST(TensorBackend, WeightsThatAreConvertedForEachUseGiveTheSameStates) {
  for (const char* name : {"llama_gqa", "qwen2_tied", "mixtral_default"}) {
    const std::vector<float> kept = last_point(name, -1);
    EXPECT_FALSE(kept.empty());
    EXPECT_THAT(last_point(name, 0), ::testing::Pointwise(::testing::FloatNear(1e-5F), kept)) << name;
  }
}

/// Names of the works of a stage, as often as they were done.
std::map<std::string, std::int64_t> calls_of(const LanguageModel& model, const std::string& stage) {
  std::map<std::string, std::int64_t> calls;
  for (const ProfileEntry& entry : model.profile()) {
    if (entry.stage != stage) continue;
    EXPECT_GE(entry.seconds, 0) << entry.work;
    calls[entry.work] = entry.calls;
  }
  return calls;
}

TEST(TensorBackend, ProfilesItsKernels) {
  const checkpoint::Checkpoint checkpoint = checkpoint::Checkpoint::open(testing::model_of_case("llama_gqa"));
  ModelOptions options;
  options.device = "cpu";
  options.tensors = true;
  const auto model = phasescope_model_library()->open(checkpoint, options);
  LastPoint last;
  model->run({{0, {1, 2, 3}, 4}, {1, {7, 5}, 0}}, {}, {&last});
  const checkpoint::Architecture& a = checkpoint.architecture();
  const auto product = [](std::int64_t inputs, std::int64_t outputs) {
    return "product " + std::to_string(inputs) + " x " + std::to_string(outputs);
  };
  const std::string output = product(a.query_width(), a.hidden);
  for (const auto& [stage, passes] : std::map<std::string, std::int64_t>{{"forward", 1}, {"generate", 4}}) {
    SCOPED_TRACE(stage);
    const auto calls = calls_of(*model, stage);
    ASSERT_EQ(calls.count("attention") + calls.count("activation") + calls.count(output), 3U);
    EXPECT_EQ(calls.at("attention"), passes * a.blocks);
    EXPECT_EQ(calls.at("activation"), passes * a.blocks);
    EXPECT_EQ(calls.at("embedding"), passes);
    EXPECT_EQ(calls.at(product(a.hidden, a.vocabulary)), passes);
    // Two norms and two sums a block, and the norm of the last states.
    EXPECT_EQ(calls.at("norms and residual sums"), passes * (4 * a.blocks + 1));
  }
  for (const ProfileEntry& entry : model->profile()) {
    if (entry.stage != "forward" || entry.work != product(a.hidden, a.vocabulary)) continue;
    EXPECT_EQ(entry.operations, 2.0 * 5 * static_cast<double>(a.hidden * a.vocabulary));
  }
}

}  // namespace
}  // namespace phasescope::model::tensors
