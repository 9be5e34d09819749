// Source of every expected number: transformers 5.18 in float64, eager attention, one prompt at a time
// (scripts/fixtures).
#include "../model_cases.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <tuple>

#include <gtest/gtest.h>

#include "phasescope/model/language_model.h"
#include "phasescope/states/state_comparison.h"

extern "C" const phasescope::model::ModelLibrary* phasescope_model_library();

namespace phasescope::model {
namespace {

using StateRows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Copies what it is shown: prompt states by (sequence, point) and generation states by position.
class Recorder : public states::Observer {
 public:
  void observe(const states::StateView& view) override {
    for (const states::Segment& segment : *view.segments) {
      if (view.phase == states::Phase::generation) {
        generated[{segment.sequence, view.point, segment.first_position}] = view.rows_of(segment);
      } else if (view.after_final_norm) {
        final_states[segment.sequence] = view.rows_of(segment);
      } else {
        points[{segment.sequence, view.point}] = view.rows_of(segment);
      }
    }
  }
  std::map<std::pair<std::int64_t, std::int64_t>, StateRows> points;
  std::map<std::int64_t, StateRows> final_states;
  std::map<std::tuple<std::int64_t, std::int64_t, std::int64_t>, StateRows> generated;
};

std::vector<PromptTokens> all_prompts(const states::OracleFile& oracle) {
  std::vector<PromptTokens> prompts;
  for (const states::OraclePrompt& prompt : oracle.prompts())
    prompts.push_back({static_cast<std::int64_t>(prompts.size()), prompt.ids, 12});
  return prompts;
}

double relative_difference(const StateRows& found, const StateRows& expected) {
  EXPECT_EQ(found.rows(), expected.rows());
  return static_cast<double>((found - expected).cwiseAbs().maxCoeff() / expected.cwiseAbs().maxCoeff());
}

/// What to open, and the states that transformers computes from it.
struct OracleCase {
  std::string name;
  std::string model;
  std::filesystem::path oracle;
};

std::vector<OracleCase> random_models() {
  std::vector<OracleCase> cases;
  for (const std::string& name : testing::model_case_names())
    cases.push_back({name, testing::model_of_case(name), testing::oracle_of_case(name)});
  return cases;
}

std::vector<OracleCase> trained_models() {
  std::vector<OracleCase> cases;
  for (const std::string& name : testing::trained_models_with_oracle()) {
    const std::filesystem::path folder = testing::trained_model(name);
    std::string identifier = name;
    std::replace_if(
        identifier.begin(), identifier.end(), [](char c) { return c == '/' || c == '-'; }, '_');
    cases.push_back({identifier, folder.string(), folder / "oracle.safetensors"});
  }
  return cases;
}

/// Who computes: plain memory on the CPU, or libtorch's tensors, on the device that PHASESCOPE_TEST_DEVICE
/// names (the CPU when it is not set), in the type that PHASESCOPE_TEST_DTYPE names: in bfloat16 the tests
/// fail, and the properties they record say by how much.
enum class Computes { host, tensors };

ModelOptions model_options(Computes who) {
  ModelOptions options;
  options.device = "cpu";
  if (who == Computes::host) return options;
  if (const char* device = std::getenv("PHASESCOPE_TEST_DEVICE")) options.device = device;
  if (const char* dtype = std::getenv("PHASESCOPE_TEST_DTYPE")) options.dtype = dtype;
  options.tensors = true;
  return options;
}

class OracleTest : public ::testing::TestWithParam<std::tuple<Computes, OracleCase>> {
 protected:
  OracleTest()
      : checkpoint_(checkpoint::Checkpoint::open(std::get<1>(GetParam()).model)),
        oracle_(std::get<1>(GetParam()).oracle),
        model_(phasescope_model_library()->open(checkpoint_, model_options(std::get<0>(GetParam())))) {
    options_.final_states = FinalStates::both;
  }

  checkpoint::Checkpoint checkpoint_;
  states::OracleFile oracle_;
  std::unique_ptr<LanguageModel> model_;
  BatchOptions options_;
};

TEST_P(OracleTest, StatesAndGreedyContinuationsAgreeWithTransformers) {
  states::StateComparison comparison(oracle_);
  const std::vector<SequenceResult> results = model_->run(all_prompts(oracle_), options_, {&comparison});
  for (const SequenceResult& result : results)
    comparison.add_continuation(result.sequence, result.generated_ids);
  const states::OracleComparison found = comparison.result({1e-5, 1e-5});
  EXPECT_EQ(found.failures, std::vector<std::string>());
  EXPECT_TRUE(found.greedy.empty());
  EXPECT_EQ(found.continuations, static_cast<std::int64_t>(oracle_.prompts().size()));
  EXPECT_EQ(found.prediction.prompts, found.continuations);
  EXPECT_EQ(found.points.size(), static_cast<std::size_t>(checkpoint_.architecture().points() + 1));
  double worst = 0, worst_token = 0;
  for (const states::PointDifference& point : found.points) {
    worst = std::max(worst, point.relative.value());
    worst_token = std::max(worst_token, point.token_relative.value());
  }
  RecordProperty("largest_relative_difference", std::to_string(worst));
  RecordProperty("largest_token_difference", std::to_string(worst_token));
}

TEST_P(OracleTest, OnePromptAtATimeAgreesWithTheBatch) {
  Recorder batched;
  const std::vector<PromptTokens> prompts = all_prompts(oracle_);
  const std::vector<SequenceResult> results = model_->run(prompts, options_, {&batched});
  for (std::size_t s = 0; s < prompts.size(); ++s) {
    Recorder alone;
    const SequenceResult result = model_->run({prompts[s]}, options_, {&alone}).front();
    EXPECT_EQ(result.generated_ids, results[s].generated_ids);
    EXPECT_NEAR(result.top1_probability, results[s].top1_probability, 1e-5);
    for (const auto& [key, states] : alone.points)
      EXPECT_LE(relative_difference(batched.points[key], states), 1e-5);
    for (const auto& [key, states] : alone.generated)
      EXPECT_LE(relative_difference(batched.generated[key], states), 1e-5);
  }
}

/// Operands rounded to bfloat16 on the CPU: states err by some tens of its roundings (2^-9 each) after all
/// blocks of a random network, and by far more than those of float32, so it is known that they are rounded.
class Bfloat16Operands : public ::testing::TestWithParam<OracleCase> {};

TEST_P(Bfloat16Operands, ErrByTensOfRoundings) {
  const checkpoint::Checkpoint checkpoint = checkpoint::Checkpoint::open(GetParam().model);
  const states::OracleFile oracle(GetParam().oracle);
  ModelOptions options;
  options.device = "cpu";
  options.dtype = "bfloat16";
  const auto model = phasescope_model_library()->open(checkpoint, options);
  EXPECT_EQ(model->dtype(), "bfloat16");
  states::StateComparison comparison(oracle);
  BatchOptions batch;
  batch.final_states = FinalStates::both;
  std::vector<PromptTokens> prompts = all_prompts(oracle);
  for (PromptTokens& prompt : prompts) prompt.max_new_tokens = 0;  // another token may follow
  model->run(prompts, batch, {&comparison});
  double worst = 0;
  for (const states::PointDifference& point : comparison.result({1, 1}).points)
    worst = std::max(worst, point.relative.value_or(0));
  EXPECT_GT(worst, 1e-4);
  EXPECT_LT(worst, 50 * 0x1p-9);
  RecordProperty("largest_relative_difference", std::to_string(worst));
}

INSTANTIATE_TEST_SUITE_P(Models, Bfloat16Operands, ::testing::ValuesIn(random_models()),
                         [](const auto& tested) { return tested.param.name; });

std::string case_name(const ::testing::TestParamInfo<std::tuple<Computes, OracleCase>>& info) {
  const bool host = std::get<0>(info.param) == Computes::host;
  return (host ? "host_" : "tensors_") + std::get<1>(info.param).name;
}
INSTANTIATE_TEST_SUITE_P(Models, OracleTest,
                         ::testing::Combine(::testing::Values(Computes::host, Computes::tensors),
                                            ::testing::ValuesIn(random_models())),
                         case_name);
INSTANTIATE_TEST_SUITE_P(TrainedModels, OracleTest,
                         ::testing::Combine(::testing::Values(Computes::host, Computes::tensors),
                                            ::testing::ValuesIn(trained_models())),
                         case_name);

}  // namespace
}  // namespace phasescope::model
