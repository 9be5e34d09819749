// Runs that are killed, and the same command again: it goes on after the last finished batch, and ends with
// the bytes of a run that nothing disturbed.
#include "../model_cases.h"
#include "documents.h"
#include "faults.h"
#include "program.h"
#include "small_run.h"

#include <algorithm>
#include <fstream>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "phasescope/base/files.h"

namespace phasescope::testing {
namespace {

using ::testing::HasSubstr;

constexpr int kKilled = 128 + 9;
const std::set<std::string> kTimes = {"manifest.json"};

/// Kills the program when it puts its n-th file in place.
Surroundings killed_at_rename(int number) {
  return with_fault({"place", number, "kill"}, std::filesystem::temp_directory_path());
}

/// A command that makes several batches, in a folder of its own.
class Command {
 public:
  /// `analyses`: what the small prompt set feeds.
  explicit Command(std::vector<std::string> more, std::string analyses = "ct")
      : more_(std::move(more)), analyses_(std::move(analyses)) {
    write_file_atomically(prompts_, small_prompts());
  }

  Outcome run(const Surroundings& surroundings = {}, const std::vector<std::string>& last = {}) const {
    std::vector<std::string> arguments = {"run",
                                          "-m",
                                          model_of_case("llama_gqa"),
                                          "-p",
                                          prompts_.string() + ":" + analyses_,
                                          "--deterministic",
                                          "-o",
                                          output().string()};
    arguments.insert(arguments.end(), more_.begin(), more_.end());
    arguments.insert(arguments.end(), last.begin(), last.end());
    return phasescope(arguments, surroundings);
  }
  std::filesystem::path output() const { return folder_ / "out"; }
  std::filesystem::path operator/(const std::string& name) const { return output() / name; }
  Json manifest() const { return read_json_file(output() / "manifest.json"); }
  std::map<std::string, std::string> results() const { return contents_of(output(), kTimes); }

 private:
  std::vector<std::string> more_;
  std::string analyses_;
  TemporaryFolder folder_;
  std::filesystem::path prompts_ = folder_ / "small.jsonl";
};

const std::vector<std::string> kSmall = {"-b", "45", "--max-new-tokens", "4"};
const std::vector<std::string> kEverything = {"-b", "30", "--max-new-tokens", "4",   "-p",       "pairs",
                                              "-L", "4",  "--temperature",    "0.7", "--detail", "--capture",
                                              "all"};

TEST(Resume, AfterAKillBeforeEveryFileIsPutInPlace) {
  const Command undisturbed(kSmall);
  ASSERT_EQ(undisturbed.run().exit_code, 0);
  const int batches = undisturbed.manifest()["batches"]["finished"];
  ASSERT_GE(batches, 3);
  const auto expected = undisturbed.results();
  // The manifest, a record and a line of each batch, and the first two results.
  const int files = 1 + 2 * batches + 2;
  for (int number = 1; number <= files; ++number) {
    const Command command(kSmall);
    ASSERT_EQ(command.run(killed_at_rename(number)).exit_code, kKilled) << number;
    ASSERT_EQ(command.run().exit_code, 0) << number;
    EXPECT_EQ(command.results(), expected) << number;
    const int kept = std::min(std::max(number - 2, 0) / 2, batches);
    EXPECT_EQ(command.manifest()["batches"], (Json{{"finished", batches}, {"resumed", kept}})) << number;
  }
}

TEST(Resume, OfEveryAnalysisAndOfStates) {
  const Command undisturbed(kEverything, "ct,species");
  ASSERT_EQ(undisturbed.run().exit_code, 0);
  const int batches = undisturbed.manifest()["batches"]["finished"];
  ASSERT_GE(batches, 4);
  // Each batch puts states, record and line in place; the manifest came first.
  for (const int number : {1 + 3 * 2 + 1, 1 + 3 * batches + 2}) {
    const Command command(kEverything, "ct,species");
    ASSERT_EQ(command.run(killed_at_rename(number)).exit_code, kKilled) << number;
    const Outcome outcome = command.run();
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(command.results(), undisturbed.results()) << number;
    EXPECT_EQ(command.manifest()["batches"]["resumed"], std::min((number - 2) / 3, batches)) << number;
  }
}

TEST(Resume, TwiceOfTheSameRun) {
  const Command undisturbed(kSmall), command(kSmall);
  ASSERT_EQ(undisturbed.run().exit_code, 0);
  ASSERT_EQ(command.run(killed_at_rename(4)).exit_code, kKilled);  // one batch
  ASSERT_EQ(command.run(killed_at_rename(4)).exit_code, kKilled);  // and one more
  EXPECT_EQ(command.run().exit_code, 0);
  EXPECT_EQ(command.manifest()["batches"]["resumed"], 2);
  EXPECT_EQ(command.results(), undisturbed.results());
  write_file_atomically(command / "journal.jsonl", "left by a process that was killed at its very end\n");
  EXPECT_EQ(command.run().out, command.output().string() + " is complete already: nothing to do\n");
  EXPECT_EQ(command.results(), undisturbed.results());
}

/// A run that was killed after two batches, and what the same command makes of its damaged journal. The run
/// is made once; every test damages a copy that stands in its place.
class DamagedJournal : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    command_ = new Command(kStates);
    ASSERT_EQ(command_->run().exit_code, 0);
    expected_ = command_->results();
    std::filesystem::remove_all(command_->output());
    ASSERT_EQ(command_->run(killed_at_rename(1 + 3 * 2 + 1)).exit_code, kKilled);
    ASSERT_EQ(json_lines(*command_ / "journal.jsonl").size(), 3U);
    std::filesystem::rename(command_->output(), stopped());
  }
  static void TearDownTestSuite() { delete std::exchange(command_, nullptr); }
  DamagedJournal() {
    std::filesystem::remove_all(command_->output());
    std::filesystem::copy(stopped(), command_->output(), std::filesystem::copy_options::recursive);
  }
  static std::filesystem::path stopped() { return command_->output().parent_path() / "stopped"; }

  void change(const std::string& name, std::size_t from_end) const {
    std::string bytes = read_text_file(*command_ / name);
    bytes.at(bytes.size() - from_end) ^= 1;
    std::ofstream(*command_ / name, std::ios::binary) << bytes;
  }
  void cut(const std::string& name, std::size_t bytes) const {
    std::filesystem::resize_file(*command_ / name, std::filesystem::file_size(*command_ / name) - bytes);
  }
  void expect_resumed(int batches) const {
    const Outcome outcome = command_->run();
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(command_->manifest()["batches"]["resumed"], batches);
    EXPECT_EQ(command_->results(), expected_);
  }

  static const std::vector<std::string> kStates;
  static std::map<std::string, std::string> expected_;
  static Command* command_;
};

const std::vector<std::string> DamagedJournal::kStates = {"-b", "30",        "--max-new-tokens",
                                                          "4",  "--capture", "all"};
std::map<std::string, std::string> DamagedJournal::expected_;
Command* DamagedJournal::command_ = nullptr;

TEST_F(DamagedJournal, NotAtAll) {
  expect_resumed(2);
}

TEST_F(DamagedJournal, CutInItsLastLine) {
  cut("journal.jsonl", 1);
  expect_resumed(1);
}

TEST_F(DamagedJournal, InItsFirstBatch) {
  std::string text = read_text_file(*command_ / "journal.jsonl");
  const std::size_t line = text.find('\n') + 1;
  text[text.find("sha256", line) + 12] ^= 1;
  std::ofstream(*command_ / "journal.jsonl") << text;
  expect_resumed(0);
}

TEST_F(DamagedJournal, WithAChangedRecord) {
  change("journal/batch-0002.bin", 9);
  expect_resumed(1);
}

TEST_F(DamagedJournal, WithACutRecord) {
  cut("journal/batch-0001.bin", 1);
  expect_resumed(0);
}

TEST_F(DamagedJournal, WithoutARecord) {
  std::filesystem::remove(*command_ / "journal/batch-0001.bin");
  expect_resumed(0);
}

TEST_F(DamagedJournal, WithoutTheStatesItNames) {
  std::filesystem::remove(*command_ / "states/states-0002.safetensors");
  expect_resumed(1);
}

TEST_F(DamagedJournal, ThatIsNone) {
  write_file_atomically(*command_ / "journal.jsonl", "nothing\n");
  expect_resumed(0);
}

TEST_F(DamagedJournal, OfAnotherProgramIsRefused) {
  std::string text = read_text_file(*command_ / "journal.jsonl");
  Json header = Json::parse(text.substr(0, text.find('\n')));
  const std::string now = header["versions"]["git"];
  header["versions"]["git"] = "0000000";
  write_file_atomically(*command_ / "journal.jsonl", header.dump() + text.substr(text.find('\n')));
  expect_error(command_->run(), 6,
               (*command_ / "journal.jsonl").string() +
                   ": holds another run that was stopped: versions.git: \"0000000\" before, \"" + now +
                   "\" now, expected the same command and program, another folder, or --overwrite");
  EXPECT_EQ(command_->run({}, {"--overwrite"}).exit_code, 0);
  EXPECT_EQ(command_->manifest()["batches"]["resumed"], 0);
  EXPECT_EQ(command_->results(), expected_);
}

TEST_F(DamagedJournal, OfAnotherCommandIsRefused) {
  const Outcome outcome = command_->run({}, {"--seed", "9"});
  EXPECT_EQ(outcome.exit_code, 6);
  EXPECT_THAT(outcome.err, HasSubstr("holds another run: options.seed: 1234 before, 9 now"));
  expect_resumed(2);
}

}  // namespace
}  // namespace phasescope::testing
