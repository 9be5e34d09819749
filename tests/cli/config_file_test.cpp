// Options from a JSON file.
#include "../model_cases.h"
#include "../temporary_folder.h"
#include "program.h"

#include <gtest/gtest.h>

#include "phasescope/base/files.h"
#include "phasescope/base/json.h"

namespace phasescope::testing {
namespace {

class ConfigFile : public ::testing::Test {
 protected:
  /// A run with a configuration file of this content and other arguments.
  Outcome run(const std::string& content, const std::vector<std::string>& more) const {
    write_file_atomically(file_, content);
    std::vector<std::string> arguments = {"run", "-C", file_};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return phasescope(arguments);
  }
  Json resolved(const std::string& content, const std::vector<std::string>& more) const {
    std::vector<std::string> arguments = more;
    arguments.push_back("--print-config");
    const Outcome outcome = run(content, arguments);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(outcome.err, "");
    return outcome.out.empty() ? Json() : parse_json(outcome.out, "--print-config");
  }
  void expect_refused(const std::string& content, int exit_code, const std::string& message) const {
    expect_error(run(content, {"-m", "m", "-p", "core", "-o", (folder_ / "out").string(), "--print-config"}),
                 exit_code, file_ + ": " + message);
  }

  TemporaryFolder folder_;
  std::string file_ = (folder_ / "run.json").string();
};

TEST_F(ConfigFile, StandsForWhatIsNotTyped) {
  const Json options = resolved(
      R"({"model": "m", "prompts": ["core", "mine.jsonl:ct"], "output": "out", "analyses": ["ct"], "seed": 7,
          "max_new_tokens": 5, "top-p": 0.5, "limit": 3, "detail": true, "deterministic": false, "ct-norm": "raw",
          "system": null})",
      {});
  EXPECT_EQ(options["model"], "m");
  EXPECT_EQ(options["prompts"], Json::parse(R"([{"set": "core", "analyses": []},
                                                {"set": "mine.jsonl", "analyses": ["ct"]}])"));
  EXPECT_EQ(options["analyses"], Json({"ct"}));
  EXPECT_EQ(options["seed"], 7);
  EXPECT_EQ(options["max_new_tokens"], 5);
  EXPECT_EQ(options["top_p"], 0.5);
  EXPECT_EQ(options["limit"], "3");
  EXPECT_EQ(options["detail"], true);
  EXPECT_EQ(options["deterministic"], false);
  EXPECT_EQ(options["ct"]["ct_id"], "raw/chordxturning/causal/generated/last");
  EXPECT_EQ(options["system"], "");
}

TEST_F(ConfigFile, GivesWayToWhatIsTyped) {
  const Json options = resolved(
      R"({"model": "m", "prompts": ["core", "panel24"], "output": "out", "seed": 7, "limit": "3", "top_k": 4})",
      {"--seed=8", "-L2", "-p", "pairs", "-m", "other"});
  EXPECT_EQ(options["model"], "other");
  EXPECT_EQ(options["prompts"], Json::parse(R"([{"set": "pairs", "analyses": []}])"));
  EXPECT_EQ(options["seed"], 8);
  EXPECT_EQ(options["limit"], "2");
  EXPECT_EQ(options["top_k"], 4);
}

TEST_F(ConfigFile, PrintConfigShowsDefaultsAndWritesNothing) {
  const Outcome outcome =
      phasescope({"run", "-m", "m", "-p", "core", "-o", (folder_ / "out").string(), "--print-config"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.err, "");
  const Json options = parse_json(outcome.out, "--print-config");
  EXPECT_EQ(options["seed"], 1234);
  EXPECT_EQ(options["states"], "raw");
  EXPECT_EQ(options["max_new_tokens"], 64);
  EXPECT_EQ(options["ct"]["ct_id"], "l2/chordxturning/causal/generated/last");
  EXPECT_EQ(options["species"]["modes"], 20);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out"));
}

TEST_F(ConfigFile, RefusesWhatIsNoOption) {
  expect_refused(R"({"modle": "x"})", 2, "modle: is no option of run");
  expect_refused(R"({"m": "x"})", 2, "m: is no option of run");
  expect_refused(R"({"-m": "x"})", 2, "-m: is no option of run");
  expect_refused(R"({"config": "other.json"})", 2, "config: is no option of run");
  expect_refused(R"({"help": true})", 2, "help: is no option of run");
}

TEST_F(ConfigFile, RefusesValuesThatTheOptionDoesNotTake) {
  expect_refused(R"({"threads": -1})", 2, "threads: found -1, expected a number of at least 0");
  expect_refused(R"({"dtype": "x"})", 2,
                 "dtype: found \"x\", expected one of auto, float32, bfloat16, float16");
  expect_refused(R"({"seed": [1, 2]})", 2, "seed: At Most 1 required but received 2");
  expect_refused(R"({"system": {"text": "x"}})", 2, "system: found object, expected text or a number");
  expect_refused(R"({"analyses": [["ct"]]})", 2, "analyses: found array, expected text or a number");
  expect_refused(R"({"detail": "maybe"})", 2, "detail: Could not convert: --detail = maybe");
}

TEST_F(ConfigFile, RefusesFilesThatAreNoJsonObject) {
  expect_refused("[1]", 3, "JSON: found array, expected an object");
  expect_error_beginning(run(R"({"seed": )", {}), 3, file_ + ": JSON at byte ");
  expect_error(phasescope({"run", "-C", "/nonexistent.json"}), 4,
               "/nonexistent.json: cannot be opened (No such file or directory)");
  expect_error(phasescope({"run", "-C", folder_.path().string()}), 4,
               folder_.path().string() + ": is a folder, not a file");
}

TEST_F(ConfigFile, WorksForAnalyze) {
  const std::string states = (folder_ / "no.safetensors").string();
  write_file_atomically(file_, Json{{"states", {states}}, {"output", "out"}}.dump());
  expect_error(phasescope({"analyze", "-C", file_}), 4,
               states + ": cannot be opened (No such file or directory)");
  write_file_atomically(file_, R"({"model": "m"})");
  expect_error(phasescope({"analyze", "-C", file_, states, "-o", "out"}), 2,
               file_ + ": model: is no option of analyze");
}

}  // namespace
}  // namespace phasescope::testing
