#include "phasescope/sweep/points.h"

#include "../temporary_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "phasescope/base/error.h"
#include "phasescope/base/files.h"
#include "phasescope/sweep/sweep_plan.h"

namespace phasescope::sweep {
namespace {

/// Understands three options.
run::RunOptions options_of(const Json& options, const std::string&) {
  run::RunOptions result;
  result.model = options["model"].get<std::string>();
  if (options.contains("seed")) result.sampling.seed = options["seed"].get<std::uint64_t>();
  if (options.contains("prompts")) {
    for (const Json& set :
         options["prompts"].is_array() ? options["prompts"] : Json::array({options["prompts"]}))
      result.prompts.push_back({set.get<std::string>(), {}});
  }
  return result;
}

class PointsTest : public ::testing::Test {
 protected:
  std::filesystem::path written(const std::string& text) const {
    write_file_atomically(file_, text);
    return file_;
  }
  std::vector<Point> points(const std::string& text) const {
    return make_points(read_sweep_file(written(text)), options_of);
  }
  static std::vector<std::string> names_of(const std::vector<Point>& points) {
    std::vector<std::string> names;
    for (const Point& point : points) names.push_back(point.name);
    return names;
  }

  testing::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / "sweep.json";
};

TEST_F(PointsTest, AreEveryCombinationModelsSlowest) {
  const std::vector<Point> all = points(
      R"({"axes": {"seed": [1, 2], "model": ["a/step1", "a/step2"], "prompts": ["x.txt", ["x.txt", "y"]]}})");
  EXPECT_EQ(names_of(all), (std::vector<std::string>{"step1_seed-1_prompts-x", "step1_seed-1_prompts-x-y",
                                                     "step1_seed-2_prompts-x", "step1_seed-2_prompts-x-y",
                                                     "step2_seed-1_prompts-x", "step2_seed-1_prompts-x-y",
                                                     "step2_seed-2_prompts-x", "step2_seed-2_prompts-x-y"}));
  EXPECT_EQ(all[3].model, "step1");
  EXPECT_EQ(all[3].options.model, "a/step1");
  EXPECT_EQ(all[3].options.sampling.seed, 2U);
  EXPECT_EQ(all[3].options.prompts.size(), 2U);
  EXPECT_EQ(all[3].values, Json::parse(R"({"seed": 2, "prompts": ["x.txt", "y"]})"));
}

TEST_F(PointsTest, OneModelAloneIsAPoint) {
  EXPECT_EQ(names_of(points(R"({"axes": {"model": ["a/m.gguf"]}})")), std::vector<std::string>{"m"});
  EXPECT_EQ(names_of(points(R"({"axes": {"model": [{"label": "mine", "value": "a/m.gguf"}]}})")),
            std::vector<std::string>{"mine"});
}

TEST_F(PointsTest, NamesThatAreEqualAreRefused) {
  for (const char* text :
       {R"({"axes": {"model": ["m"], "seed": [1, 1]}})", R"({"axes": {"model": ["m", "m"]}})",
        R"({"axes": {"model": ["m"], "prompts": ["a/x.txt", "b/x.txt"]}})"}) {
    try {
      points(text);
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.exit_class(), ExitClass::input_file);
      EXPECT_THAT(error.what(), ::testing::HasSubstr("axes: two points have the name m"));
    }
  }
}

TEST_F(PointsTest, LongNamesAreCutAndStayApart) {
  const std::string label(300, 'x');
  const std::vector<Point> all =
      points(R"({"axes": {"model": [{"label": ")" + label + R"(", "value": "m"}], "seed": [1, 2]}})");
  ASSERT_EQ(all.size(), 2U);
  EXPECT_NE(all[0].name, all[1].name);
  EXPECT_EQ(all[0].name.size(), 180U);
}

TEST_F(PointsTest, ThePlanKnowsPromptsByDigestAndModelsByLabel) {
  const std::string prompts = (folder_ / "set.txt").string();
  write_file_atomically(prompts, "One prompt\n");
  const auto identity = [&](const std::string& model, int seed) {
    const Json file = {{"options", {{"prompts", prompts}}}, {"axes", {{"model", {model}}, {"seed", {seed}}}}};
    return make_sweep_plan(written(file.dump()), options_of).identity;
  };
  const Json first = identity("a/m", 1);
  EXPECT_EQ(first, identity("b/m", 1)) << "its digests tell which model it is, not its path";
  EXPECT_NE(first, identity("a/m", 2));
  write_file_atomically(prompts, "Another prompt\n");
  EXPECT_NE(first["prompts"], identity("a/m", 1)["prompts"]);
  EXPECT_EQ(first["points"], identity("a/m", 1)["points"]);
  EXPECT_EQ(first["axes"],
            Json::parse(R"([{"option": "model", "values": ["m"]}, {"option": "seed", "values": [1]}])"));
}

TEST_F(PointsTest, PromptSetsThatAreMissingAreFoundBeforeAnythingRuns) {
  const Json file = {{"options", {{"prompts", "no-such-set"}}}, {"axes", {{"model", {"m"}}}}};
  EXPECT_THROW(make_sweep_plan(written(file.dump()), options_of), Error);
}

}  // namespace
}  // namespace phasescope::sweep
