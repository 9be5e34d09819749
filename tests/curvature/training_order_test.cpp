// Names as training runs and hubs give them.
#include "phasescope/curvature/training_order.h"

#include <gtest/gtest.h>

namespace phasescope::curvature {
namespace {

void expect_place(const std::string& model, const std::string& training, std::int64_t step) {
  const auto place = training_place_of(model);
  ASSERT_TRUE(place) << model;
  EXPECT_EQ(place->training, training);
  EXPECT_EQ(place->step, step) << model;
}

TEST(TrainingPlace, IsReadOffTheName) {
  expect_place("EleutherAI/pythia-70m@step1000", "EleutherAI/pythia-70m", 1000);
  expect_place("mine/checkpoint-500", "mine", 500);
  expect_place("OLMo-1B-step20000-tokens84B", "OLMo-1B", 20000);
  expect_place("net_epoch3", "net", 3);
  expect_place("Pythia-160m-step143k", "Pythia-160m", 143000);
  expect_place("checkpoint-7", "", 7);
}

TEST(TrainingPlace, IsAbsentFromOtherNames) {
  for (const char* name : {"SmolLM2-135M", "gemma-3-270m.Q4_K_M", "stepwise", "llama_gqa", "iteration", ""})
    EXPECT_FALSE(training_place_of(name)) << name;
}

TEST(TrainingPaths, JoinCheckpointsInTheOrderOfTraining) {
  const auto paths = training_paths({"a@step1000", "b", "a@step64", "c@step5", "a@step512"});
  ASSERT_EQ(paths.size(), 1U);
  EXPECT_EQ(paths[0].training, "a");
  EXPECT_EQ(paths[0].models, (std::vector<std::string>{"a@step64", "a@step512", "a@step1000"}));
}

}  // namespace
}  // namespace phasescope::curvature
