// Running into a folder that holds a run already.
#include "../model_cases.h"
#include "../result_files.h"
#include "documents.h"
#include "small_run.h"

#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "phasescope/base/files.h"

namespace phasescope::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

using Times = std::map<std::string, std::filesystem::file_time_type>;

Times times_of(const std::filesystem::path& folder) {
  Times times;
  for (const std::string& name : files_in(folder))
    times[name] = std::filesystem::last_write_time(folder / name);
  return times;
}

const std::vector<std::string> kArguments = {"--max-new-tokens", "4", "--capture", "last", "--detail"};

std::vector<std::string> with(std::vector<std::string> more) {
  more.insert(more.begin(), kArguments.begin(), kArguments.end());
  return more;
}

/// Tests in this suite share a run, and only the last of them replaces it.
class RunAgain : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { run_ = new SmallRun(model_of_case("llama_gqa"), kArguments); }
  static void TearDownTestSuite() { delete std::exchange(run_, nullptr); }

  void expect_untouched(const std::map<std::string, std::string>& contents, const Times& times) const {
    EXPECT_EQ(contents_of(run_->folder()), contents);
    EXPECT_EQ(times_of(run_->folder()), times);
  }
  void expect_refused(const std::vector<std::string>& arguments, const std::string& difference) const {
    expect_error(run_->again(arguments), 6,
                 (*run_ / "manifest.json").string() + ": holds another run: " + difference +
                     ", expected the same command, another folder, or --overwrite");
  }

  static SmallRun* run_;
};

SmallRun* RunAgain::run_ = nullptr;

TEST_F(RunAgain, TheFirstEndsWithALineForPeople) {
  const Outcome& outcome = run_->outcome();
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.err, "");
  const std::string out = outcome.out.substr(0, outcome.out.size() - 1);
  EXPECT_THAT(out.substr(out.rfind('\n') + 1),
              StartsWith("wrote " + run_->folder().string() + ": 16 prompts"));
  EXPECT_THAT(out, HasSubstr(" species"));
}

TEST_F(RunAgain, TheSameCommandChangesNothing) {
  const auto contents = contents_of(run_->folder());
  const Times times = times_of(run_->folder());
  const Outcome outcome = run_->again(kArguments);
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(outcome.out, run_->folder().string() + " is complete already: nothing to do\n");
  expect_untouched(contents, times);
}

TEST_F(RunAgain, WhatDoesNotChangeResultsIsTheSameCommand) {
  const Outcome outcome = run_->again(with({"--progress", "plain", "--json"}));
  EXPECT_EQ(outcome.exit_code, 0);
  const Json summary = parse_json(outcome.out, "stdout");
  EXPECT_EQ(summary["dir"], run_->folder().string());
  EXPECT_EQ(summary["status"], "complete");
}

TEST_F(RunAgain, AnotherOptionIsRefusedByName) {
  const auto contents = contents_of(run_->folder());
  const Times times = times_of(run_->folder());
  expect_refused(with({"--seed", "9"}), "options.seed: 1234 before, 9 now");
  expect_refused(with({"--ct-norm", "raw"}),
                 "options.ct.ct_id: \"l2/chordxturning/causal/generated/last\" before, "
                 "\"raw/chordxturning/causal/generated/last\" now");
  expect_refused(with({"-p", "panel24"}), "prompts: 2 before, 3 now");
  expect_refused({}, "options.capture: \"last\" before, \"none\" now");
  expect_untouched(contents, times);
}

TEST_F(RunAgain, OtherPromptsAreRefused) {
  const std::string before = read_text_file(run_->prompts());
  write_file_atomically(run_->prompts(), before + "{\"id\": \"more\", \"prompt\": \"One more\"}\n");
  const Outcome outcome = run_->again(kArguments);
  EXPECT_EQ(outcome.exit_code, 6);
  EXPECT_THAT(outcome.err, HasSubstr("holds another run: prompts[0]: \""));
  write_file_atomically(run_->prompts(), before);
}

TEST_F(RunAgain, AnUnfinishedRunStartsAgain) {
  Json manifest = read_json_file(*run_ / "manifest.json");
  manifest["status"] = "running";
  write_file_atomically(*run_ / "manifest.json", manifest.dump());
  std::filesystem::remove(*run_ / "regime.json");
  write_file_atomically(*run_ / "notes.txt", "mine");
  const Outcome outcome = run_->again(kArguments);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(read_json_file(*run_ / "manifest.json")["status"], "complete");
  EXPECT_EQ(files_in(run_->folder()).count("regime.json"), 1U);
  EXPECT_EQ(read_text_file(*run_ / "notes.txt"), "mine");
}

TEST_F(RunAgain, OverwritingLeavesNothingOfTheOtherRun) {
  const Outcome outcome = run_->again({"--max-new-tokens", "4", "--analyses", "ct,pairs", "--overwrite"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  std::set<std::string> expected = result_files({"ct", "species", "pairs"}, false);
  expected.insert("notes.txt");
  EXPECT_EQ(files_in(run_->folder()), expected);
  const Json manifest = read_json_file(*run_ / "manifest.json");
  EXPECT_EQ(manifest["options"]["capture"], "none");
  EXPECT_EQ(manifest["status"], "complete");
}

}  // namespace
}  // namespace phasescope::testing
