#include "phasescope/sweep/training_name.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace phasescope::sweep {
namespace {

struct Named {
  const char* name;
  const char* series;
  std::optional<std::int64_t> stage, step;
  std::optional<double> tokens;
};

/// Names as training frameworks and hub repositories give them.
TEST(TrainingName, ReadsStageStepAndTokens) {
  const Named cases[] = {
      {"step1000", "", {}, 1000, {}},
      {"step0", "", {}, 0, {}},
      {"pythia-70m@step143000", "pythia-70m", {}, 143000, {}},
      {"stage1-step5000-tokens11B", "stage1", 1, 5000, 11e9},
      {"stage2-ingredient3-step9000-tokens38.5B", "stage2-ingredient3", 2, 9000, 38.5e9},
      {"checkpoint-500", "", {}, 500, {}},
      {"global_step20", "", {}, 20, {}},
      {"iter_0001000", "", {}, 1000, {}},
      {"iteration-7", "", {}, 7, {}},
      {"llama_step-64", "llama", {}, 64, {}},
      {"run.step_9.tokens_300k", "run", {}, 9, 300e3},
      {"step1000-tokens4B", "", {}, 1000, 4e9},
      {"main", "main", {}, {}, {}},
      {"Qwen3-0.6B", "Qwen3-0.6B", {}, {}, {}},
      {"footstep12", "footstep12", {}, {}, {}},
      {"step", "step", {}, {}, {}},
      {"step99999999999999999999", "step99999999999999999999", {}, {}, {}},
      {"", "", {}, {}, {}},
  };
  for (const Named& expected : cases) {
    const TrainingPosition position = training_position(expected.name);
    EXPECT_EQ(position.series, expected.series) << expected.name;
    EXPECT_EQ(position.stage, expected.stage) << expected.name;
    EXPECT_EQ(position.step, expected.step) << expected.name;
    EXPECT_EQ(position.tokens, expected.tokens) << expected.name;
  }
}

TEST(TrainingName, OrdersByNumber) {
  const std::vector<std::string> ordered = {
      "step0",
      "step2",
      "step16",
      "step128",
      "step1000",
      "a-step5",
      "a-step10",
      "pythia-70m@step9",
      "pythia-70m@step10",
      "pythia-160m@step1",
      "stage1-step5000-tokens11B",
      "stage1-step10000-tokens21B",
      "stage2-step1000-tokens5B",
  };
  for (std::size_t i = 0; i < ordered.size(); ++i) {
    for (std::size_t j = 0; j < ordered.size(); ++j)
      EXPECT_EQ(trained_before(ordered[i], ordered[j]), i < j) << ordered[i] << " " << ordered[j];
  }
  std::vector<std::string> shuffled = ordered;
  std::reverse(shuffled.begin(), shuffled.end());
  std::sort(shuffled.begin(), shuffled.end(), trained_before);
  EXPECT_EQ(shuffled, ordered);
}

TEST(NaturalLess, ComparesNumbersBySize) {
  EXPECT_TRUE(natural_less("a9", "a10"));
  EXPECT_TRUE(natural_less("a09", "a10"));
  EXPECT_TRUE(natural_less("a", "a0"));
  EXPECT_TRUE(natural_less("a2b10", "a10b2"));
  EXPECT_TRUE(natural_less("x99999999999999999998", "x99999999999999999999"));
  EXPECT_FALSE(natural_less("a10", "a10"));
  EXPECT_NE(natural_less("a1", "a01"), natural_less("a01", "a1")) << "an order, not a tie";
}

}  // namespace
}  // namespace phasescope::sweep
