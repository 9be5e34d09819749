#include "phasescope/sweep/sweep_file.h"

#include "../temporary_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "phasescope/base/error.h"
#include "phasescope/base/files.h"

namespace phasescope::sweep {
namespace {

class SweepFileTest : public ::testing::Test {
 protected:
  SweepFile read(const std::string& text) const {
    write_file_atomically(file_, text);
    return read_sweep_file(file_);
  }
  void expect_refused(const std::string& text, const std::string& message) const {
    try {
      read(text);
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.exit_class(), ExitClass::input_file) << text;
      EXPECT_EQ(std::string(error.what()), file_.string() + ": " + message);
    }
  }

  testing::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / "sweep.json";
};

TEST_F(SweepFileTest, ModelsComeFirstAndKeysTakeDashes) {
  const SweepFile file = read(R"({
    "options": {"max-new-tokens": 8, "prompts": ["panel24"]},
    "axes": {"seed": [1, 2], "model": ["b", "runs/step*"], "top-k": [0]}})");
  EXPECT_EQ(file.options, Json::parse(R"({"max_new_tokens": 8, "prompts": ["panel24"]})"));
  ASSERT_EQ(file.axes.size(), 3U);
  EXPECT_EQ(file.axes[0].option, "model");
  EXPECT_EQ(file.axes[0].values[1].value, "runs/step*");
  EXPECT_EQ(file.axes[1].option, "seed");
  EXPECT_EQ(file.axes[1].values[1].label, "2");
  EXPECT_EQ(file.axes[1].values[1].value, 2);
  EXPECT_EQ(file.axes[2].option, "top_k");
}

TEST_F(SweepFileTest, ASharedModelIsAnAxisOfOne) {
  const SweepFile file = read(R"({"options": {"model": "m"}, "axes": {"seed": [1]}})");
  EXPECT_EQ(file.axes.front().option, "model");
  EXPECT_EQ(file.axes.front().values.front().value, "m");
  EXPECT_FALSE(file.options.contains("model"));
}

TEST_F(SweepFileTest, ValuesHaveLabels) {
  const SweepFile file = read(R"({"axes": {"model": ["m"],
    "prompts": ["panel24", ["core", "sets/pairs.jsonl:pairs"], {"label": "mine", "value": ["a.txt", "b.txt"]}],
    "temperature": [0, 0.7], "detail": [true]}})");
  std::vector<std::string> labels;
  for (const Axis& axis : file.axes)
    for (const AxisValue& value : axis.values) labels.push_back(value.label);
  EXPECT_EQ(labels, (std::vector<std::string>{"m", "panel24", "core+pairs", "mine", "0", "0.7", "true"}));
}

TEST_F(SweepFileTest, RefusesWhatIsWrongByName) {
  const std::string model = R"("model": ["m"])";
  expect_refused("[]", "JSON: found array, expected an object");
  expect_refused("{}", "axes: missing");
  expect_refused(R"({"axes": {}})", "axes.model: missing, expected models to sweep over");
  expect_refused(R"({"axes": {)" + model + R"(}, "axis": 1})",
                 "axis: is no key of a sweep file, expected options or axes");
  expect_refused(R"({"axes": {)" + model + R"(, "seed": []}})",
                 "axes.seed: is empty, expected at least one value");
  expect_refused(R"({"axes": {)" + model + R"(, "seed": 1}})", "axes.seed: found number, expected an array");
  expect_refused(R"({"axes": {)" + model + R"(, "seed": [null]}})",
                 "axes.seed[0]: found null, expected a text, number, boolean or list of them");
  expect_refused(R"({"axes": {)" + model + R"(, "seed": [[]]}})",
                 "axes.seed[0]: is an empty list, expected at least one element");
  expect_refused(R"({"axes": {)" + model + R"(, "seed": [{"value": 1}]}})", "axes.seed[0].label: missing");
  expect_refused(R"({"axes": {)" + model + R"(, "seed": [{"label": "x"}]}})", "axes.seed[0].value: missing");
  expect_refused(R"({"axes": {)" + model + R"(, "seed": [{"label": "x", "value": 1, "y": 2}]}})",
                 "axes.seed[0].y: is no key of an axis value, expected label or value");
  expect_refused(R"({"axes": {)" + model + R"(, "top-k": [1], "top_k": [2]}})", "axes.top_k: is named twice");
  expect_refused(R"({"options": {"seed": 1}, "axes": {)" + model + R"(, "seed": [1]}})",
                 "axes.seed: is among the options too, expected one of the two");
  expect_refused(R"({"options": {"output": "x"}, "axes": {)" + model + "}}",
                 "options.output: is decided by the sweep, expected an option that changes results");
  expect_refused(R"({"axes": {)" + model + R"(, "revision": ["step1"]}})",
                 "axes.revision: belongs to the model, expected org/name@revision among the models");
  expect_refused(R"({"axes": {"model": [1]}})",
                 "axes.model: found 1, expected paths, globs or org/name[@revision]");
  expect_refused(R"({"options": {"model": 1}, "axes": {"seed": [1]}})",
                 "options.model: found number, expected a text");
}

}  // namespace
}  // namespace phasescope::sweep
