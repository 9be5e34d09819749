#include "phasescope/sweep/model_patterns.h"

#include "../temporary_folder.h"

#include <cstdlib>

#include <gtest/gtest.h>

#include "phasescope/base/error.h"
#include "phasescope/base/files.h"

namespace phasescope::sweep {
namespace {

class ModelPatterns : public ::testing::Test {
 protected:
  void checkpoint(const std::string& name) const {
    create_folder(folder_ / name);
    write_file_atomically(folder_ / name / "config.json", "{}");
  }
  void file(const std::string& name) const {
    create_folder((folder_ / name).parent_path());
    write_file_atomically(folder_ / name, "x");
  }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::vector<std::string> paths(const std::vector<std::string>& names) const {
    std::vector<std::string> all;
    for (const std::string& name : names) all.push_back(path(name));
    return all;
  }

  testing::TemporaryFolder folder_;
};

TEST_F(ModelPatterns, PathsStandForThemselvesWhetherTheyExistOrNot) {
  EXPECT_EQ(expand_model("nowhere/model"), std::vector<std::string>{"nowhere/model"});
  EXPECT_EQ(expand_model("org/name@step1"), std::vector<std::string>{"org/name@step1"});
  checkpoint("odd[1]");
  EXPECT_EQ(expand_model(path("odd[1]")), std::vector<std::string>{path("odd[1]")});
}

TEST_F(ModelPatterns, GlobsFindCheckpointsInTheOrderOfTraining) {
  for (const char* name : {"run/step1000", "run/step0", "run/step64", "run/step512"}) checkpoint(name);
  file("run/logs/events.txt");
  file("run/step9");
  file("run/step7.gguf");
  EXPECT_EQ(expand_model(path("run/*")),
            paths({"run/step0", "run/step7.gguf", "run/step64", "run/step512", "run/step1000"}));
  EXPECT_EQ(expand_model(path("*/step[56]*")), paths({"run/step64", "run/step512"}));
  EXPECT_EQ(expand_model(path("run/*.gguf")), paths({"run/step7.gguf"}));
}

TEST_F(ModelPatterns, AGlobWithoutACheckpointIsRefused) {
  file("run/notes.txt");
  try {
    expand_model(path("run/*"));
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_class(), ExitClass::environment);
    EXPECT_EQ(error.what(), path("run/*") + ": matches no folder with a config.json and no .gguf file");
  }
}

TEST_F(ModelPatterns, RevisionsComeFromTheHubCache) {
  ::setenv("HF_HUB_CACHE", folder_.path().c_str(), 1);
  for (const char* revision : {"main", "step1000", "step64", "stage1-step5-tokens1B", "refs/pr/1"})
    file("models--org--name/refs/" + std::string(revision));
  EXPECT_EQ(expand_model("org/name@step*"),
            (std::vector<std::string>{"org/name@step64", "org/name@step1000"}));
  EXPECT_EQ(expand_model("org/name@stage*"), std::vector<std::string>{"org/name@stage1-step5-tokens1B"});
  EXPECT_EQ(expand_model("org/name@*").size(), 5U);
  for (const char* none : {"org/name@x*", "org/other@*", "../name@*", "name@*"}) {
    try {
      expand_model(none);
      ADD_FAILURE() << none;
    } catch (const Error& error) {
      EXPECT_EQ(error.exit_class(), ExitClass::environment);
      EXPECT_EQ(error.what(), std::string(none) + ": matches no revision in the hub cache");
    }
  }
  ::unsetenv("HF_HUB_CACHE");
}

TEST(ModelLabels, AreTheLastPart) {
  EXPECT_EQ(model_labels({"a/step1", "b/step2/", "./c.gguf", "org/name@step1", "/x/y z"}),
            (std::vector<std::string>{"step1", "step2", "c", "name-step1", "y-z"}));
}

TEST(ModelLabels, GrowUntilTheyDiffer) {
  EXPECT_EQ(model_labels({"a/step1", "b/step1", "b/step2"}),
            (std::vector<std::string>{"a-step1", "b-step1", "step2"}));
  EXPECT_EQ(model_labels({"x/a/hf", "y/a/hf", "z/b/hf"}),
            (std::vector<std::string>{"x-a-hf", "y-a-hf", "b-hf"}));
  EXPECT_EQ(model_labels({"m", "m"}), (std::vector<std::string>{"m", "m"})) << "refused when points are made";
}

TEST(FileName, HoldsWhatFileSystemsTake) {
  EXPECT_EQ(file_name_of("a b/c:d*é"), "a-b-c-d---");
  EXPECT_EQ(file_name_of(".."), "-..");
  EXPECT_EQ(file_name_of(""), "-");
}

}  // namespace
}  // namespace phasescope::sweep
