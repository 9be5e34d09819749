// Sweeps from outside: points, continuing, shares, merging, scripts.
#include "../model_cases.h"
#include "documents.h"
#include "running_program.h"
#include "small_sweep.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

#include "phasescope/base/files.h"
#include "phasescope/formats/csv.h"

namespace phasescope::testing {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::vector<std::string> kPoints = {"step1_seed-1", "step1_seed-2", "step2_seed-1",
                                          "step2_seed-2", "step3_seed-1", "step3_seed-2"};

/// One finished sweep of six points that tests look at; those that change something work on copies.
class Sweep : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    sweep_ = std::make_unique<SmallSweep>(
        std::vector<std::string>{"llama_gqa", "qwen2_tied", "gemma3_pattern"}, 2);
    outcome_ = sweep_->run("whole");
    whole_ = results_of(*sweep_ / "whole");
  }
  static void TearDownTestSuite() { sweep_.reset(); }

  static std::string path(const std::string& name) { return (*sweep_ / name).string(); }
  static void copy_whole(const std::string& name) {
    std::filesystem::copy(*sweep_ / "whole", *sweep_ / name, std::filesystem::copy_options::recursive);
  }

  static std::unique_ptr<SmallSweep> sweep_;
  static Outcome outcome_;
  static std::map<std::string, std::string> whole_;
};

std::unique_ptr<SmallSweep> Sweep::sweep_;
Outcome Sweep::outcome_;
std::map<std::string, std::string> Sweep::whole_;

TEST_F(Sweep, EndsWithALineForPeople) {
  EXPECT_EQ(outcome_.exit_code, 0);
  EXPECT_EQ(outcome_.err, "");
  EXPECT_EQ(outcome_.out, "wrote " + path("whole") + ": 6 points; merged\n");
}

TEST_F(Sweep, APointIsARun) {
  for (const std::string name : {"step1_seed-2", "step3_seed-1"}) {
    const std::string model = sweep_->model(name[4] - '0').string(), seed(1, name.back());
    const Outcome alone = phasescope({"run",
                                      "-m",
                                      model,
                                      "-p",
                                      sweep_->prompts().string() + ":ct",
                                      "-o",
                                      path("alone/" + name),
                                      "--max-new-tokens",
                                      "6",
                                      "--temperature",
                                      "1.5",
                                      "--null-draws",
                                      "20",
                                      "--bootstrap-draws",
                                      "50",
                                      "--deterministic",
                                      "--threads",
                                      "1",
                                      "--seed",
                                      seed,
                                      "-q"});
    ASSERT_EQ(alone.exit_code, 0) << alone.err;
    const auto mine = contents_of(*sweep_ / ("whole/points/" + name), {"manifest.json"});
    EXPECT_EQ(mine, contents_of(*sweep_ / ("alone/" + name), {"manifest.json"}));
    EXPECT_EQ(mine.count("regime.json"), 1U);
    const Json a = read_json_file(*sweep_ / ("whole/points/" + name + "/manifest.json")),
               b = read_json_file(*sweep_ / ("alone/" + name + "/manifest.json"));
    EXPECT_EQ(a["identity"], b["identity"]);
    EXPECT_EQ(a["tokens"], b["tokens"]);
  }
}

TEST_F(Sweep, SeedsMakeADifference) {
  EXPECT_NE(whole_.at("points/step1_seed-1/samples.jsonl"), whole_.at("points/step1_seed-2/samples.jsonl"));
}

TEST_F(Sweep, DocumentsFollowTheirSchemas) {
  expect_valid(sweep_->document, "sweep");
  expect_valid(read_json_file(*sweep_ / "whole/plan.json"), "sweep_plan");
  const Json merged = read_json_file(*sweep_ / "whole/sweep.json");
  expect_valid(merged, "sweep_results");
  std::vector<std::string> names;
  for (const Json& point : merged["points"]) names.push_back(point["name"]);
  EXPECT_EQ(names, kPoints);
  EXPECT_EQ(merged["points"][3]["training"],
            Json::parse(R"({"series": "", "stage": null, "step": 2, "tokens": null})"));
  EXPECT_EQ(merged["points"][3]["axes"], Json::parse(R"({"seed": 2})"));
}

TEST_F(Sweep, TheTableHasARowAPointWithTheReportsNumbers) {
  const auto rows = formats::parse_csv(read_text_file(*sweep_ / "whole/sweep.csv"), "sweep.csv");
  ASSERT_EQ(rows.size(), 7U);
  const std::vector<std::string>& header = rows.front().cells;
  const auto cell = [&](std::size_t row, const std::string& column) {
    const auto found = std::find(header.begin(), header.end(), column);
    EXPECT_NE(found, header.end()) << column;
    return rows[row].cells[static_cast<std::size_t>(found - header.begin())];
  };
  for (std::size_t i = 0; i < kPoints.size(); ++i) {
    EXPECT_EQ(cell(i + 1, "point"), kPoints[i]);
    const Json summary = read_json_file(*sweep_ / ("whole/points/" + kPoints[i] + "/regime.json"))["summary"];
    EXPECT_EQ(std::stod(cell(i + 1, "ratio_norm")), summary["ratio_norm"]["median"].get<double>());
    EXPECT_EQ(std::stod(cell(i + 1, "ratio_norm_low")), summary["ratio_norm"]["low"].get<double>());
    EXPECT_EQ(std::stod(cell(i + 1, "mean_ct")), summary["mean_ct"].get<double>());
    EXPECT_EQ(cell(i + 1, "regime"), summary["regime"]);
    EXPECT_EQ(cell(i + 1, "n_species"), "") << "was not computed";
  }
  EXPECT_EQ(cell(4, "step"), "2");
  EXPECT_EQ(cell(4, "seed"), "2");
  EXPECT_EQ(cell(5, "family"), "gemma3_text");
}

TEST_F(Sweep, PicturesAreDrawn) {
  EXPECT_EQ(whole_.count("figures/ct_over_training.svg"), 1U);
  EXPECT_EQ(whole_.count("figures/species_over_training.svg"), 0U) << "species were not computed";
  EXPECT_EQ(whole_.count("phase_map.svg"), 1U);
}

TEST_F(Sweep, ThePhaseMapIsThatOfMap) {
  const Json merged = read_json_file(*sweep_ / "whole/phase_map.json");
  expect_valid(merged, "phase_map");
  std::vector<std::string> arguments = {"map"};
  for (const std::string& point : kPoints)
    arguments.push_back(point.substr(0, 5) + "=" + path("whole/points/" + point + "/regime.json"));
  arguments.insert(arguments.end(), {"--allow-mixed", "-o", path("map")});
  ASSERT_EQ(phasescope(arguments).exit_code, 0);
  EXPECT_EQ(whole_.at("phase_map.csv"), read_text_file(*sweep_ / "map/phase_map.csv"));
  EXPECT_EQ(whole_.at("phase_map.svg"), read_text_file(*sweep_ / "map/phase_map.svg"));
}

TEST_F(Sweep, TheSameCommandAgainDoesNothing) {
  const auto before = contents_of(*sweep_ / "whole");
  const Outcome again = sweep_->run("whole");
  EXPECT_EQ(again.exit_code, 0);
  EXPECT_EQ(again.err, "");
  EXPECT_EQ(again.out, path("whole") + " is complete already: nothing to do\n");
  EXPECT_EQ(contents_of(*sweep_ / "whole"), before);
}

TEST_F(Sweep, SharesInOneFolderMergeToTheSameBytes) {
  for (const char* share : {"3/4", "1/4", "4/4", "2/4"}) {
    const Outcome outcome = sweep_->run("shares", {"--shard", share});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  }
  EXPECT_EQ(files_in(*sweep_ / "shares").count("sweep.json"), 0U);
  const Outcome merged = sweep_->merge({"shares"});
  EXPECT_EQ(merged.exit_code, 0) << merged.err;
  EXPECT_EQ(merged.out, "wrote " + path("shares") + ": 6 points\n");
  EXPECT_EQ(results_of(*sweep_ / "shares"), whole_);
}

TEST_F(Sweep, FoldersMergeInAnyOrder) {
  std::vector<std::string> folders = {"part1", "part2", "part3"};
  for (std::size_t i = 0; i < folders.size(); ++i)
    ASSERT_EQ(sweep_->run(folders[i], {"--shard", std::to_string(i + 1) + "/3"}).exit_code, 0);
  auto expected = whole_;
  for (auto i = expected.begin(); i != expected.end();)
    i = i->first.rfind("points/", 0) == 0 ? expected.erase(i) : std::next(i);
  do {
    const Outcome merged = sweep_->merge(folders, {"-o", path("merged")});
    ASSERT_EQ(merged.exit_code, 0) << merged.err;
    EXPECT_EQ(results_of(*sweep_ / "merged"), expected);
    std::filesystem::remove_all(*sweep_ / "merged");
  } while (std::next_permutation(folders.begin(), folders.end()));
  EXPECT_EQ(sweep_->merge({"part1", "part2", "part3", "whole", "part2"}, {"-o", path("merged")}).exit_code, 0)
      << "points finished twice with the same results are no conflict";
  EXPECT_EQ(results_of(*sweep_ / "merged"), expected);

  expect_error(sweep_->merge({"part1", "part2"}), 2, "--output is required with several folders");
  expect_error(sweep_->merge({"part2", "part1"}, {"-o", path("merged")}), 6,
               std::filesystem::canonical(*sweep_ / "part1").string() + ", " +
                   std::filesystem::canonical(*sweep_ / "part2").string() +
                   ": 2 missing: step3_seed-1, step3_seed-2, expected every point finished once");
}

TEST_F(Sweep, ConflictsAreListedAndRefused) {
  copy_whole("other");
  const std::filesystem::path journal = *sweep_ / "other/journal/all.jsonl";
  std::filesystem::remove(journal);  // its points are run again, two of them on other prompts' samples
  std::filesystem::remove(*sweep_ / "other/sweep.json");
  Json manifest = read_json_file(*sweep_ / "other/points/step2_seed-1/manifest.json");
  ASSERT_EQ(manifest["status"], "complete");
  const std::filesystem::path samples = *sweep_ / "other/points/step2_seed-1/samples.jsonl";
  write_file_atomically(samples, read_text_file(samples) + "\n");  // as if it had come out differently
  ASSERT_EQ(sweep_->run("other").exit_code, 0);
  const Outcome merged = sweep_->merge({"whole", "other"}, {"-o", path("conflict")});
  EXPECT_EQ(merged.exit_code, 6);
  EXPECT_THAT(merged.err, HasSubstr(": 1 conflicting: step2_seed-1 ("));
  EXPECT_FALSE(std::filesystem::exists(*sweep_ / "conflict"));
}

TEST_F(Sweep, DamageIsListedAndRefused) {
  copy_whole("damaged");
  const std::filesystem::path points = *sweep_ / "damaged/points";
  write_file_atomically(points / "step1_seed-1/regime.json", "{}");
  std::filesystem::remove(points / "step3_seed-2/samples.jsonl");
  const Outcome merged = sweep_->merge({"damaged"});
  EXPECT_EQ(merged.exit_code, 6);
  EXPECT_THAT(merged.err, HasSubstr(": 2 damaged: step1_seed-1 ("));
  EXPECT_THAT(merged.err, HasSubstr("step3_seed-2/samples.jsonl)"));
}

TEST_F(Sweep, AMergeKeepsOthersOutOfItsFolder) {
  create_folder(*sweep_ / "merging");
  const std::filesystem::path file = *sweep_ / "merging/.merging";
  const int lock = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  ASSERT_EQ(::flock(lock, LOCK_EX), 0);
  expect_error(sweep_->merge({"whole"}, {"-o", path("merging")}), 6,
               path("merging") + ": another phasescope is writing here");
  EXPECT_EQ(files_in(*sweep_ / "merging"), std::set<std::string>{".merging"});
  ::close(lock);  // as of a process that was killed
  EXPECT_EQ(sweep_->merge({"whole"}, {"-o", path("merging")}).exit_code, 0);
  EXPECT_EQ(files_in(*sweep_ / "merging").count(".merging"), 0U);
}

TEST_F(Sweep, JournalsThatWereCutAreRedoneAndCorruptedOnesRefused) {
  copy_whole("cut");
  const std::filesystem::path journal = *sweep_ / "cut/journal/all.jsonl";
  const std::string text = read_text_file(journal);
  write_file_atomically(journal, text.substr(0, text.size() - 10));
  const Outcome redone = sweep_->run("cut");
  EXPECT_EQ(redone.exit_code, 0) << redone.err;
  EXPECT_EQ(redone.out, "wrote " + path("cut") + ": 6 points, 5 done before; merged\n");
  EXPECT_EQ(results_of(*sweep_ / "cut"), whole_);
  EXPECT_EQ(finished_points(*sweep_ / "cut").at("step3_seed-2"), 1);

  std::string corrupted = text;
  corrupted[text.find('\n') + 20] ^= 1;
  write_file_atomically(journal, corrupted);
  const std::string message =
      journal.string() +
      ": at line 2: is not as it was written, expected an intact journal, or another folder";
  expect_error(sweep_->run("cut"), 6, message);
  EXPECT_EQ(sweep_->merge({"cut"}).exit_code, 6);
}

TEST_F(Sweep, AnotherSweepIsRefusedByItsFirstDifference) {
  const SmallSweep& sweep = *sweep_;
  const auto before = contents_of(sweep / "whole");
  const auto expect_refused = [&](const Json& document, const std::string& difference) {
    const std::filesystem::path file = sweep / "other.json";
    write_file_atomically(file, document.dump());
    expect_error(phasescope({"sweep", "-C", file.string(), "-o", path("whole"), "-q"}), 6,
                 path("whole/plan.json") + ": holds another sweep: " + difference +
                     ", expected the same sweep, or another folder");
  };
  Json other = sweep.document;
  other["options"]["max_new_tokens"] = 7;
  expect_refused(other, "points[0].options.max_new_tokens: 6 before, 7 now");
  other = sweep.document;
  other["axes"]["seed"] = {1, 3};
  expect_refused(other, "axes[1].values[1]: 2 before, 3 now");
  other = sweep.document;
  other["axes"]["model"] = {sweep.model(1).string()};
  expect_refused(other, "axes[0].values: 3 before, 1 now");
  const std::string prompts = read_text_file(sweep.prompts());
  write_file_atomically(sweep.prompts(), prompts + "{\"prompt\": \"More\"}\n");
  EXPECT_THAT(sweep.run("whole").err,
              HasSubstr("holds another sweep: prompts." + sweep.prompts().string() + ": \""));
  write_file_atomically(sweep.prompts(), prompts);
  Json plan = read_json_file(sweep / "whole/plan.json");
  const std::string original = read_text_file(sweep / "whole/plan.json");
  plan["identity"]["version"] = "0.0.1";
  write_file_atomically(sweep / "whole/plan.json", plan.dump());
  EXPECT_THAT(sweep.run("whole").err, HasSubstr("holds another sweep: version: \"0.0.1\" before, "));
  write_file_atomically(sweep / "whole/plan.json", original);
  EXPECT_EQ(contents_of(sweep / "whole"), before);
}

TEST_F(Sweep, AChangedByteOfAModelIsRefused) {
  const std::filesystem::path weights = sweep_->model(2) / "model.safetensors";
  const std::string original = read_text_file(weights);
  std::string changed = original;
  changed.back() ^= 1;
  write_file_atomically(weights, changed);
  const Outcome refused = sweep_->run("whole");
  EXPECT_EQ(refused.exit_code, 6);
  EXPECT_THAT(refused.err, StartsWith("error: " + path("whole/points/step2_seed-1") +
                                      ": was made with another model: weights: \""));
  write_file_atomically(weights, original);  // other times, the same bytes
  EXPECT_EQ(sweep_->run("whole").exit_code, 0);
}

TEST_F(Sweep, TheDryRunShowsPointsWithoutAModelLibrary) {
  const Surroundings without = with_variable("PHASESCOPE_MODEL_LIBRARY", "/nowhere.so");
  const Outcome text = phasescope({"sweep", "-C", sweep_->file(), "-n"}, without);
  EXPECT_EQ(text.exit_code, 0) << text.err;
  for (const std::string& name : kPoints) EXPECT_THAT(text.out, HasSubstr("\n" + name + "  ")) << name;
  EXPECT_THAT(text.out, HasSubstr("\n6 points, "));
  const Outcome json = phasescope(sweep_->arguments("whole", {"-n", "--json"}), without);
  const Json estimate = parse_json(json.out, "stdout");
  ASSERT_EQ(estimate["points"].size(), 6U);
  const Json& point = estimate["points"][2];
  EXPECT_EQ(point["status"], "complete");
  const Json manifest = read_json_file(*sweep_ / "whole/points/step2_seed-1/manifest.json");
  EXPECT_EQ(point["parameters"], manifest["model"]["parameters"]);
  EXPECT_EQ(point["prompt_tokens"], manifest["tokens"]["prompt"]);
  EXPECT_EQ(point["new_tokens"], 12);
  EXPECT_EQ(point["cost"].get<double>(),
            (point["prompt_tokens"].get<double>() + 12) * point["parameters"].get<double>());
}

TEST_F(Sweep, WrongCommandsAreRefused) {
  expect_error_beginning(phasescope({"sweep", "-o", "x"}), 2, "--config is required");
  expect_error(phasescope({"sweep", "-C", sweep_->file()}), 2, "--output is required");
  expect_error(sweep_->run("x", {"--shard", "4/3"}), 2,
               "--shard: found \"4/3\", expected i/n with i from 1 to n, or slurm");
  expect_error_beginning(phasescope({"sweep", "-C", "/nowhere.json", "-n"}), 4,
                         "/nowhere.json: cannot be opened");
  expect_error_beginning(sweep_->merge({"nowhere"}), 4, path("nowhere") + ": is no folder");
  const std::filesystem::path file = *sweep_ / "other.json";
  Json other = sweep_->document;
  other["options"]["no_such"] = 1;
  write_file_atomically(file, other.dump());
  expect_error(phasescope({"sweep", "-C", file.string(), "-n"}), 2,
               file.string() + ": no_such: is no option of run");
  EXPECT_FALSE(std::filesystem::exists(*sweep_ / "x"));
}

TEST_F(Sweep, TheEmittedMakefileGivesTheSameBytes) {
  const std::string makefile = path("Makefile");
  ASSERT_EQ(sweep_->run("made", {"--emit", "make", "--tasks", "3", "--script", makefile}).exit_code, 0);
  const Outcome made = run_process("/usr/bin/make", {"-s", "-j", "2", "-f", makefile});
  EXPECT_EQ(made.exit_code, 0) << made.err;
  EXPECT_EQ(results_of(*sweep_ / "made"), whole_);
}

TEST(SweepWithFailures, OthersGoOnAndTheFailedIsTriedAgain) {
  const SmallSweep sweep({"llama_gqa", "qwen2_tied"}, 1);
  const std::filesystem::path config = sweep.model(1) / "config.json";
  const std::string original = read_text_file(config);
  write_file_atomically(config, "{}");
  const Outcome first = sweep.run("out");
  EXPECT_EQ(first.exit_code, 7);
  EXPECT_THAT(first.err, StartsWith("failed: step1_seed-1: " + config.string() + ": model_type: missing"));
  EXPECT_EQ(first.out, "wrote " + (sweep / "out").string() + ": 2 points, 1 failed\n");
  EXPECT_EQ(finished_points(sweep / "out"), (std::map<std::string, int>{{"step2_seed-1", 1}}));
  const Outcome merged = sweep.merge({"out"});
  EXPECT_EQ(merged.exit_code, 6);
  EXPECT_THAT(merged.err,
              HasSubstr(": 1 failed: step1_seed-1 (" + config.string() + ": model_type: missing"));
  write_file_atomically(config, original);
  EXPECT_EQ(sweep.run("out").out,
            "wrote " + (sweep / "out").string() + ": 2 points, 1 done before; merged\n");
}

TEST(InterruptedSweep, ContinuesToTheSameBytes) {
  const SmallSweep sweep({"llama_gqa", "qwen2_tied", "gemma3_pattern"}, 2);
  ASSERT_EQ(sweep.run("whole").exit_code, 0);
  for (const auto& [signal, name] : {std::pair{SIGINT, "SIGINT"},
                                     {SIGTERM, "SIGTERM"},
                                     {SIGUSR1, "SIGUSR1"},
                                     {SIGUSR2, "SIGUSR2"},
                                     {SIGKILL, "SIGKILL"}}) {
    sweep.hold(2);
    const std::vector<std::string> arguments = sweep.arguments(name);
    RunningProgram program(arguments);
    // Returns when the program has finished the points of the first model and reads the second's tokenizer.
    const int tokenizer = ::open((sweep.model(2) / "tokenizer.json").c_str(), O_WRONLY | O_CLOEXEC);
    program.send(signal);
    sweep.release(2);
    if (signal != SIGKILL) {
      ASSERT_TRUE(program.wait_for_line(std::string(name) + ": stopping when the work at hand is safe"));
      sweep.feed(2, tokenizer);
    }
    ::close(tokenizer);
    const Outcome outcome = program.finish();
    if (signal == SIGKILL) {
      EXPECT_EQ(outcome.exit_code, 128 + SIGKILL);
    } else {
      EXPECT_EQ(outcome.exit_code, 75) << outcome.err;
      EXPECT_THAT(outcome.err, EndsWith("to resume: " + built_program().string() + " sweep -C " +
                                        sweep.file() + " -o " + (sweep / name).string() + " -q\n"));
    }
    EXPECT_EQ(finished_points(sweep / name).size(), 2U);
    const Outcome resumed = phasescope(arguments);
    EXPECT_EQ(resumed.exit_code, 0) << resumed.err;
    EXPECT_EQ(results_of(sweep / name), results_of(sweep / "whole"));
    const auto finished = finished_points(sweep / name);
    EXPECT_EQ(finished.size(), 6U);
    for (const auto& [point, count] : finished) EXPECT_EQ(count, 1) << point;
  }
}

TEST(InterruptedSweep, IsRefusedWhileItLives) {
  const SmallSweep sweep({"llama_gqa"}, 1);
  sweep.hold(1);
  RunningProgram program(sweep.arguments("out"));
  const int tokenizer = ::open((sweep.model(1) / "tokenizer.json").c_str(), O_WRONLY | O_CLOEXEC);
  expect_error_beginning(sweep.run("out"), 6,
                         (sweep / "out").string() + ": another phasescope is writing here (process ");
  expect_error_beginning(
      sweep.run("out", {"--shard", "1/2"}), 6,
      (sweep / "out").string() + ": another division of this sweep is at work here (process ");
  program.send(SIGINT);
  ASSERT_TRUE(program.wait_for_line("SIGINT: stopping"));
  std::this_thread::sleep_for(
      std::chrono::milliseconds(150));  // longer than two signals of one request are apart
  program.send(SIGINT);
  EXPECT_EQ(program.finish().exit_code, 128 + SIGINT) << "the second ends at once";
  ::close(tokenizer);
  sweep.release(1);
  EXPECT_EQ(sweep.run("out").exit_code, 0) << "what a dead process left is taken over";
}

}  // namespace
}  // namespace phasescope::testing
