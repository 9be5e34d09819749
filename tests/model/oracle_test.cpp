// Source of every expected number: transformers 5.18 in float64, eager attention, one prompt at a time
// (scripts/fixtures).
#include "oracle.h"

#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "phasescope/model/language_model.h"

extern "C" const phasescope::model::ModelLibrary* phasescope_model_library();

namespace phasescope::model {
namespace {

using testing::OraclePrompt;
using testing::StateRows;

/// Copies what it is shown: prompt states by (sequence, point), the states after the final norm, and
/// generation states by position.
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

std::vector<PromptTokens> all_prompts(const std::vector<OraclePrompt>& oracle) {
  std::vector<PromptTokens> prompts;
  for (const OraclePrompt& prompt : oracle)
    prompts.push_back({static_cast<std::int64_t>(prompts.size()), prompt.ids, 12});
  return prompts;
}

double relative_difference(const StateRows& found, const StateRows& expected) {
  EXPECT_EQ(found.rows(), expected.rows());
  return static_cast<double>((found - expected).cwiseAbs().maxCoeff() / expected.cwiseAbs().maxCoeff());
}

class OracleTest : public ::testing::TestWithParam<std::string> {
 protected:
  OracleTest()
      : checkpoint_(checkpoint::Checkpoint::open(testing::model_of_case(GetParam()))),
        oracle_(testing::read_oracle(testing::oracle_of_case(GetParam()))),
        model_(phasescope_model_library()->open(checkpoint_, {})) {
    options_.final_states = FinalStates::both;
  }

  checkpoint::Checkpoint checkpoint_;
  std::vector<OraclePrompt> oracle_;
  std::unique_ptr<LanguageModel> model_;
  BatchOptions options_;
};

TEST_P(OracleTest, StatesOfEveryLayerAgreeWithTransformers) {
  ASSERT_FALSE(oracle_.empty());
  Recorder recorder;
  model_->run(all_prompts(oracle_), options_, {&recorder});
  double worst = 0;
  for (std::size_t s = 0; s < oracle_.size(); ++s) {
    const auto sequence = static_cast<std::int64_t>(s);
    for (std::size_t point = 0; point < oracle_[s].points.size(); ++point) {
      const StateRows& found = recorder.points[{sequence, static_cast<std::int64_t>(point)}];
      const double difference = relative_difference(found, oracle_[s].points[point]);
      EXPECT_LE(difference, 1e-5) << "prompt " << s << ", point " << point;
      worst = std::max(worst, difference);
    }
    EXPECT_LE(relative_difference(recorder.final_states[sequence], oracle_[s].final_states), 1e-5)
        << "prompt " << s;
  }
  RecordProperty("largest_relative_difference", std::to_string(worst));
}

TEST_P(OracleTest, GreedyContinuationsAgreeWithTransformers) {
  const std::vector<SequenceResult> results = model_->run(all_prompts(oracle_), options_, {});
  for (std::size_t s = 0; s < oracle_.size(); ++s)
    EXPECT_EQ(results[s].generated_ids, oracle_[s].greedy) << "prompt " << s;
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

INSTANTIATE_TEST_SUITE_P(Models, OracleTest, ::testing::ValuesIn(testing::model_cases()),
                         [](const auto& test_case) { return test_case.param; });

}  // namespace
}  // namespace phasescope::model
