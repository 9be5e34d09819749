// What the program says of itself, and of command lines that it does not understand.
#include "../model_cases.h"
#include "../temporary_folder.h"
#include "program.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "phasescope/base/files.h"

namespace phasescope::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kModel = model_of_case("llama_gqa");
const std::vector<std::string> kCommands = {"run",      "analyze",  "map",       "compare", "report",
                                            "inspect",  "tokenize", "verify",    "audit",   "ls",
                                            "validate", "schema",   "completion"};

TEST(Help, OfTheProgramNamesEveryCommand) {
  const Outcome outcome = phasescope({"--help"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.err, "");
  for (const std::string& command : kCommands) EXPECT_THAT(outcome.out, HasSubstr("\n  " + command + " "));
}

TEST(Help, OfEachCommandSaysHowToCallIt) {
  for (const std::string& command : kCommands) {
    const Outcome outcome = phasescope({command, "--help"});
    EXPECT_EQ(outcome.exit_code, 0) << command;
    EXPECT_EQ(outcome.err, "") << command;
    EXPECT_THAT(outcome.out, HasSubstr("Usage: phasescope " + command)) << command;
    EXPECT_EQ(phasescope({command, "-h"}).out, outcome.out) << command;
  }
}

TEST(Version, NamesProgramCompilerAndLibraries) {
  const Outcome outcome = phasescope({"--version"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.err, "");
  EXPECT_THAT(outcome.out, StartsWith("phasescope "));
  for (const char* part : {"git ", "compiler", "libtorch", "matrix products", "CUDA"})
    EXPECT_THAT(outcome.out, HasSubstr(part));
}

TEST(Version, WorksWithoutTheModelLibrary) {
  const Outcome outcome =
      phasescope({"--version"}, with_variable("PHASESCOPE_MODEL_LIBRARY", "/nonexistent"));
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.out, HasSubstr("no model library: /nonexistent"));
}

TEST(Usage, CommandsThatDoNotExist) {
  const std::string hint = " (see phasescope --help)";
  expect_error(phasescope({}), 2, "A subcommand is required" + hint);
  expect_error(phasescope({"measure"}), 2, "no command \"measure\"" + hint);
  expect_error(phasescope({"--measure"}), 2, "no command \"--measure\"" + hint);
}

TEST(Usage, WhatIsRequired) {
  const std::string hint = " is required (see phasescope --help)";
  expect_error(phasescope({"run"}), 2, "--model" + hint);
  expect_error(phasescope({"run", "-m", kModel}), 2, "--prompts" + hint);
  expect_error(phasescope({"run", "-m", kModel, "-p", "core"}), 2, "--output" + hint);
  expect_error(phasescope({"analyze", "-o", "x"}), 2, "states" + hint);
  expect_error(phasescope({"analyze", "x"}), 2, "--output" + hint);
  expect_error(phasescope({"inspect"}), 2, "model" + hint);
  expect_error(phasescope({"tokenize"}), 2, "--model" + hint);
}

/// A run that would be complete without `more`; it must fail before it makes its output folder.
void expect_refused(const std::vector<std::string>& more, const std::string& message) {
  const TemporaryFolder folder;
  const std::string output = (folder / "out").string();
  std::vector<std::string> arguments = {"run", "-m", kModel, "-p", "core", "-o", output};
  arguments.insert(arguments.end(), more.begin(), more.end());
  expect_error(phasescope(arguments), 2, message);
  EXPECT_FALSE(std::filesystem::exists(output)) << message;
}

TEST(Usage, ArgumentsThatAreNotKnown) {
  const std::string hint = " (see phasescope --help)";
  expect_refused({"--bogus"}, "The following argument was not expected: --bogus" + hint);
  expect_refused({"bogus"}, "The following argument was not expected: bogus" + hint);
  expect_refused({"-o", "elsewhere"}, "--output: At Most 1 required but received 2" + hint);
}

TEST(Usage, NamesOutsideAList) {
  expect_refused({"--states", "x"}, "--states: found \"x\", expected one of raw, hf, both");
  expect_refused({"--capture", "x"}, "--capture: found \"x\", expected one of none, last, all");
  expect_refused({"--progress", "x"}, "--progress: found \"x\", expected auto, bar, plain or none");
  expect_refused({"--analyses", "ct,x"},
                 "--analyses: found \"x\", expected one of ct, species, pairs, dynamics");
  expect_refused({"-p", "core:ct,x"},
                 "--analyses: found \"x\", expected one of ct, species, pairs, dynamics");
  expect_refused({"--ct-norm", "x"}, "--ct-norm: found 'x', expected one of l2, raw, centred, standardised");
  expect_refused({"--ct-delta", "x"}, "--ct-delta: found 'x', expected one of chord, cosine, arc");
  expect_refused({"--ct-curvature", "x"},
                 "--ct-curvature: found 'x', expected one of turning, turning_cosine, second_difference, "
                 "menger, three_point");
  expect_refused({"--ct-alignment", "x"}, "--ct-alignment: found 'x', expected one of causal, centred");
  expect_refused({"--ct-span", "x"}, "--ct-span: found 'x', expected one of generated, prompt, both");
  expect_refused({"--ct-state-point", "x"},
                 "--ct-state-point: found 'x', expected one of pre_norm, post_norm");
  expect_refused({"--ct-clip", "x"}, "--ct-clip: found 'x', expected one of raw, clipped_mad");
}

TEST(Usage, NamesThatTheOptionItselfChecks) {
  const std::string hint = " (see phasescope --help)";
  expect_refused({"--device", "tpu"}, "--device: found \"tpu\", expected auto, cpu, cuda or cuda:N" + hint);
  expect_refused({"--device", "cuda:x"},
                 "--device: found \"cuda:x\", expected auto, cpu, cuda or cuda:N" + hint);
  expect_refused({"--dtype", "int8"},
                 "--dtype: found \"int8\", expected one of auto, float32, bfloat16, float16" + hint);
  expect_refused({"--blas", "x"}, "--blas: found \"x\", expected one of auto, tiles, onednn, torch" + hint);
  expect_refused({"--chat", "x"}, "--chat: found \"x\", expected one of off, on, auto" + hint);
}

/// Whether there is no CUDA, no card or no hundredth card, it is the environment that lacks it.
TEST(Usage, ADeviceThatIsNotThere) {
  const TemporaryFolder folder;
  const Outcome outcome = phasescope(
      {"run", "-m", kModel, "-p", "panel24", "-o", (folder / "out").string(), "--device", "cuda:99"});
  EXPECT_EQ(outcome.exit_code, 4);
  EXPECT_THAT(outcome.err, StartsWith("error: --device: \"cuda:99\" is not available: "));
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
}

TEST(Usage, NumbersOutOfRange) {
  const auto refused = [](const std::string& option, const std::string& value, const std::string& expected) {
    expect_refused({option, value}, option + ": found " + value + ", expected a number " + expected +
                                        " (see phasescope --help)");
  };
  for (const char* option :
       {"--threads", "--max-length", "--batch-tokens", "--top-k", "--temperature", "--seed", "--null-draws",
        "--common-steps", "--ct-skip", "--skip-layers", "--sv-threshold"}) {
    refused(option, "-1", "of at least 0");
    refused(option, "x", "of at least 0");
  }
  for (const char* option : {"--max-new-tokens", "--modes", "--eft-window", "--bootstrap-draws"})
    refused(option, "0", "of at least 1");
  for (const char* option : {"--top-p", "--min-p", "--merge-cosine"}) refused(option, "1.5", "from 0 to 1");
  refused("--sharpness", "0", "above 0");
  refused("--temperature", "nan", "of at least 0");
  refused("--weights-memory", "-2", "of at least -1");
}

TEST(Usage, LimitsOfPromptSets) {
  for (const char* limit : {"x", "0", "-3", "1.5", "5-2", "0-3", "3-"}) {
    expect_refused({std::string("-L") + limit},
                   std::string("--limit: found \"") + limit +
                       "\", expected a number of prompts (20), a fraction of them (0.1) or a "
                       "range (10-20)");
  }
}

TEST(Usage, AnalysesThatNoSetFeeds) {
  expect_refused({"--analyses", "pairs"},
                 "--analyses: no prompt set feeds pairs, expected a set named with -p SET:pairs");
}

TEST(Usage, ChatWithoutATemplate) {
  expect_refused({"--chat", "on"}, "--chat: the model has no chat template, expected off or auto");
}

TEST(Output, ThatCannotBeWrittenIsAnError) {
  Surroundings full;
  full.output_to = "/dev/full";
  const std::vector<std::vector<std::string>> calls = {
      {"--help"}, {"--version"}, {"inspect", kModel}, {"tokenize", "-m", kModel, kModel + "/config.json"}};
  for (const std::vector<std::string>& call : calls) {
    const Outcome outcome = phasescope(call, full);
    EXPECT_EQ(outcome.exit_code, 4) << call[0];
    EXPECT_EQ(outcome.err, "error: standard output: cannot be written (No space left on device)\n")
        << call[0];
  }
}

}  // namespace
}  // namespace phasescope::testing
