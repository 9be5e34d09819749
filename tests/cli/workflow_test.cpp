// .github/workflows/phase-map.yml: a file that YAML reads, with the parts a workflow has, whose commands do
// what they say when they are run in order.
#include "../places.h"
#include "../temporary_folder.h"
#include "program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include "phasescope/base/files.h"
#include "phasescope/base/json.h"

namespace phasescope::testing {
namespace {

using ::testing::HasSubstr;

/// A stand-in for the checkout: the source tree and this build by links, so that what is written stays out of
/// both.
class WorkflowTest : public ::testing::Test {
 protected:
  WorkflowTest() {
    const std::filesystem::path source = shipped_configs().parent_path();
    for (const char* name : {"configs", "scripts", "tests"})
      std::filesystem::create_directory_symlink(source / name, checkout_ / name);
    std::filesystem::create_directory_symlink(built_program().parent_path().parent_path(),
                                              checkout_ / "build");
    workflow_ = YAML::LoadFile((source / ".github" / "workflows" / "phase-map.yml").string());
    for (const auto& entry : job()["env"])
      surroundings_.environment[entry.first.as<std::string>()] = entry.second.as<std::string>();
    surroundings_.folder = checkout_.path();
  }

  YAML::Node job() const { return workflow_["jobs"]["phase-map"]; }

  /// Runs the commands of a step as the workflow's shell does.
  Outcome run(const std::string& name) const {
    for (const YAML::Node& step : job()["steps"])
      if (step["name"].as<std::string>() == name)
        return run_process("/bin/bash", {"-e", "-o", "pipefail", "-c", step["run"].as<std::string>()},
                           surroundings_);
    ADD_FAILURE() << "no step " << name;
    return {};
  }

  TemporaryFolder checkout_;
  YAML::Node workflow_;
  Surroundings surroundings_;
};

TEST_F(WorkflowTest, HasTheParts) {
  EXPECT_TRUE(workflow_["name"].IsScalar());
  EXPECT_TRUE(workflow_["on"].IsMap());
  EXPECT_TRUE(job()["runs-on"].IsScalar());
  ASSERT_GE(job()["steps"].size(), 4U);
  for (const YAML::Node& step : job()["steps"]) {
    EXPECT_TRUE(step["name"].IsScalar());
    EXPECT_NE(step["uses"].IsDefined(), step["run"].IsDefined()) << step["name"];
  }
}

TEST_F(WorkflowTest, MeasuresMapsAndPassesUntilAModelMoves) {
  const Outcome measured = run("Measure ct_t of every model");
  ASSERT_EQ(measured.exit_code, 0) << measured.err;
  const std::string comparison = "Map them and compare with the baseline";
  const Outcome unmoved = run(comparison);
  EXPECT_EQ(unmoved.exit_code, 0) << unmoved.out << unmoved.err;

  const std::filesystem::path map = checkout_ / "out/phase-map/map/phase_map.json";
  Json moved = read_json_file(map);
  Json& rows = moved["maps"][0]["rows"];
  EXPECT_EQ(rows.size(), 3U);
  Json& median = rows[0]["ratio_norm"]["value"];
  median = median.get<double>() + 1;
  write_file_atomically(checkout_ / "moved.json", moved.dump());
  surroundings_.environment["BASELINE"] = "moved.json";
  const Outcome gated = run(comparison);
  EXPECT_EQ(gated.exit_code, 8);
  EXPECT_THAT(gated.err, HasSubstr("--fail-if"));
}

}  // namespace
}  // namespace phasescope::testing
