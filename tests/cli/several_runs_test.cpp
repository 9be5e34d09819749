// run --runs: several generations of each prompt.
#include "../model_cases.h"
#include "../temporary_folder.h"
#include "documents.h"
#include "program.h"
#include "small_run.h"

#include <algorithm>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "phasescope/base/files.h"

namespace phasescope::testing {
namespace {

using Runs = std::map<std::pair<std::string, std::int64_t>, std::vector<std::int64_t>>;  ///< by id and run

const std::vector<std::string> kSampling = {"--runs", "3", "--temperature", "1.2", "--max-new-tokens", "10"};

/// Runs small prompts, in this order of lines, into a folder of their own.
class SampledRun {
 public:
  explicit SampledRun(const std::vector<std::string>& more, const std::string& prompts = small_prompts(),
                      const std::string& file = "small.jsonl") {
    write_file_atomically(folder_ / file, prompts);
    std::vector<std::string> arguments = {"run",
                                          "-m",
                                          model_of_case("llama_gqa"),
                                          "-p",
                                          (folder_ / file).string() + ":ct,species",
                                          "-o",
                                          output().string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    outcome_ = phasescope(arguments);
    EXPECT_EQ(outcome_.exit_code, 0) << outcome_.err;
  }

  std::filesystem::path output() const { return folder_ / "out"; }
  const Outcome& outcome() const { return outcome_; }
  Json regime() const { return read_json_file(output() / "regime.json"); }
  std::vector<Json> samples() const { return json_lines(output() / "samples.jsonl"); }
  Runs generated() const {
    Runs runs;
    for (const Json& sample : samples())
      runs[{sample["id"], sample["run"]}] = sample["generated_ids"].get<std::vector<std::int64_t>>();
    return runs;
  }

 private:
  TemporaryFolder folder_;
  Outcome outcome_;
};

std::vector<std::string> with(std::vector<std::string> more) {
  more.insert(more.begin(), kSampling.begin(), kSampling.end());
  return more;
}

std::string reversed_lines(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  std::string reversed;
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) reversed += *line + "\n";
  return reversed;
}

/// Expects every run of `part` to be among those of `whole`, with the same tokens.
void expect_part(const Runs& part, const Runs& whole) {
  ASSERT_FALSE(part.empty());
  for (const auto& [run, ids] : part) {
    ASSERT_TRUE(whole.count(run)) << run.first << " " << run.second;
    EXPECT_EQ(ids, whole.at(run)) << run.first << " " << run.second;
  }
}

class SeveralRuns : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { whole_ = new SampledRun(with({"--detail"})); }
  static void TearDownTestSuite() { delete std::exchange(whole_, nullptr); }
  static SampledRun* whole_;
};

SampledRun* SeveralRuns::whole_ = nullptr;

TEST_F(SeveralRuns, OfAPromptStandOneAfterTheOther) {
  const std::vector<Json> samples = whole_->samples();
  ASSERT_EQ(samples.size(), 24U);
  std::set<std::string> names;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    expect_valid(samples[i], "samples");
    EXPECT_EQ(samples[i]["run"], i % 3);
    EXPECT_EQ(samples[i]["id"], samples[i - i % 3]["id"]);
    EXPECT_EQ(samples[i]["prompt_ids"], samples[i - i % 3]["prompt_ids"]);
    expect_close(samples[i]["prompt_nll"], samples[i - i % 3]["prompt_nll"], 1e-5);
    names.insert(samples[i]["name"].get<std::string>());
  }
  EXPECT_EQ(names.size(), 24U);
  EXPECT_EQ(samples[0]["name"], "names/0");
  EXPECT_EQ(samples[1]["name"], "names/4");
  EXPECT_EQ(samples[2]["name"], "names/8");
  EXPECT_THAT(whole_->outcome().out, ::testing::HasSubstr(": 8 prompts"));
}

TEST_F(SeveralRuns, DifferFromEachOther) {
  const Runs runs = whole_->generated();
  int different = 0;
  for (const auto& [run, ids] : runs) different += run.second > 0 && ids != runs.at({run.first, 0}) ? 1 : 0;
  EXPECT_GE(different, 14);  // of 16
}

TEST_F(SeveralRuns, AreReportedWithTheirPrompts) {
  const Json regime = whole_->regime();
  expect_valid(regime, "regime");
  ASSERT_EQ(regime["runs"].size(), 24U);
  EXPECT_EQ(regime["runs"][4]["id"], "sum");
  EXPECT_EQ(regime["runs"][4]["run"], 1);
  EXPECT_EQ(regime["definition"]["runs"], 3);
  EXPECT_EQ(regime["definition"]["top_p"], 1.0);
  EXPECT_LE(regime["summary"]["n_prompts"], 8);
  EXPECT_GT(regime["summary"]["n_runs"], regime["summary"]["n_prompts"]);
  const std::vector<Json> steps = json_lines(whole_->output() / "steps.jsonl");
  ASSERT_EQ(steps.size(), 24U);
  EXPECT_EQ(steps[4]["run"], 1);
}

TEST_F(SeveralRuns, LeaveSpeciesAlone) {
  const SampledRun once({"--temperature", "1.2", "--max-new-tokens", "10", "--detail"});
  expect_part(once.generated(), whole_->generated());
  expect_close(read_json_file(whole_->output() / "species.json"),
               read_json_file(once.output() / "species.json"), 1e-4);
}

TEST_F(SeveralRuns, HangOnPromptAndRunAlone) {
  const Runs whole = whole_->generated();
  expect_part(SampledRun(with({"-L", "3-5"})).generated(), whole);
  expect_part(SampledRun(with({"-b", "1"})).generated(), whole);
  expect_part(SampledRun(with({}), reversed_lines(small_prompts())).generated(), whole);
  expect_part(SampledRun(with({"-p", "panel24:ct", "-L", "8"})).generated(),
              SampledRun(with({"-p", "panel24:ct"})).generated());
}

TEST_F(SeveralRuns, ChangeWithTheSeed) {
  const Runs whole = whole_->generated();
  int different = 0;
  for (const auto& [run, ids] : SampledRun(with({"--seed", "77"})).generated())
    different += ids != whole.at(run) ? 1 : 0;
  EXPECT_GE(different, 21);  // of 24
}

/// In a file without ids a prompt is its text, and equal texts are told apart by which they are.
TEST(PromptsWithoutIds, KeepTheirDrawsWhereverTheyStand) {
  const std::vector<std::string> more = {"--temperature", "1.2", "--max-new-tokens", "10"};
  const auto by_text = [](const SampledRun& run) {
    std::map<std::string, std::set<std::vector<std::int64_t>>> generated;
    for (const Json& sample : run.samples())
      generated[sample["prompt"]].insert(sample["generated_ids"].get<std::vector<std::int64_t>>());
    return generated;
  };
  const std::string text = "Seven apples\nTwice nine is\nSeven apples\nThe cat\n";
  const auto before = by_text(SampledRun(more, text, "plain.txt"));
  const auto after = by_text(SampledRun(more, reversed_lines(text), "plain.txt"));
  EXPECT_EQ(before, after);
  EXPECT_EQ(before.at("Seven apples").size(), 2U);
}

TEST(SeveralRunsAgain, AreByteIdentical) {
  const SampledRun first(with({"--deterministic", "--detail"}));
  const SampledRun second(with({"--deterministic", "--detail"}));
  EXPECT_EQ(contents_of(first.output(), {"manifest.json"}), contents_of(second.output(), {"manifest.json"}));
}

TEST(SeveralRunsStored, GiveTheSameRegime) {
  const SampledRun run(with({"--capture", "all"}));
  const TemporaryFolder folder;
  const Outcome outcome = phasescope({"analyze", (run.output() / "states/states-0001.safetensors").string(),
                                      "-o", (folder / "out").string()});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const Json stored = read_json_file(folder / "out/regime.json");
  const Json live = run.regime();
  EXPECT_EQ(stored["summary"]["n_prompts"], live["summary"]["n_prompts"]);
  expect_close(stored["summary"]["ratio_norm"]["median"], live["summary"]["ratio_norm"]["median"], 1e-12);
  std::map<std::pair<std::string, std::int64_t>, Json> ratios;
  for (const Json& item : live["runs"]) ratios[{item["id"], item["run"]}] = item["ratio_norm"];
  for (const Json& item : stored["runs"])
    expect_close(item["ratio_norm"], ratios.at({item["id"], item["run"]}), 1e-12);
  const Json species = read_json_file(folder / "out/species.json");
  EXPECT_EQ(species["n_prompts"], 8);
}

TEST(SeveralRunsRefused, WhereTheyMakeNoSense) {
  const TemporaryFolder folder;
  const auto run = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {
        "run", "-m", model_of_case("llama_gqa"), "-o", (folder / "out").string(), "--runs", "3"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return phasescope(arguments);
  };
  expect_error(run({"-p", "panel24"}), 2,
               "--runs: found 3, expected 1 at temperature 0, where all runs of a prompt are the same");
  expect_error(run({"-p", "panel24", "--temperature", "1", "--ct-span", "prompt"}), 2,
               "--runs: found 3, expected 1 with --ct-span prompt, which looks at nothing that is generated");
  expect_error(run({"-p", "core", "--temperature", "1"}), 2,
               "--runs: found 3, expected 1 where no prompt set feeds ct");
  EXPECT_EQ(run({"-p", "panel24", "--temperature", "1", "--runs", "0"}).exit_code, 2);
}

}  // namespace
}  // namespace phasescope::testing
