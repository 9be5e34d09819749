// The folder of a finished run, for a model folder and for a GGUF file.
#include "../model_cases.h"
#include "../places.h"
#include "../result_files.h"
#include "documents.h"
#include "small_run.h"

#include <cmath>
#include <map>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "phasescope/base/files.h"
#include "phasescope/base/sha256.h"
#include "phasescope/formats/csv.h"

namespace phasescope::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

const std::vector<std::string> kArguments = {"--detail", "--max-new-tokens", "12", "--seed", "5", "--json"};

/// The run of this model case, made once.
const SmallRun& run_of(const std::string& model) {
  static std::map<std::string, std::unique_ptr<SmallRun>> runs;
  std::unique_ptr<SmallRun>& run = runs[model];
  if (!run) run = std::make_unique<SmallRun>(model_of_case(model), kArguments);
  return *run;
}

class FinishedRun : public ::testing::TestWithParam<std::string> {
 protected:
  Json read(const std::string& name) const { return read_json_file(run_ / name); }
  std::vector<Json> samples() const { return json_lines(run_ / "samples.jsonl"); }

  const SmallRun& run_ = run_of(GetParam());
};

TEST_P(FinishedRun, EndsWithOneJsonObject) {
  const Outcome& outcome = run_.outcome();
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(outcome.out.find('\n') + 1, outcome.out.size());
  const Json summary = parse_json(outcome.out, "stdout");
  EXPECT_THAT(keys_of(summary), ElementsAre("dir", "status", "regime", "ratio_norm", "n_species"));
  EXPECT_EQ(summary["dir"], run_.folder().string());
  EXPECT_EQ(summary["status"], "complete");
  const Json regime = read("regime.json");
  EXPECT_EQ(summary["regime"], regime["summary"]["regime"]);
  EXPECT_EQ(summary["ratio_norm"], regime["summary"]["ratio_norm"]["median"]);
  EXPECT_EQ(summary["n_species"], read("species.json")["published"]["species"].size());
}

TEST_P(FinishedRun, WritesItsFilesAndNoOthers) {
  EXPECT_EQ(files_in(run_.folder()), result_files({"ct", "species", "pairs", "dynamics"}, true));
}

TEST_P(FinishedRun, FollowsItsSchemas) {
  expect_valid(read("manifest.json"), "manifest");
  expect_valid(read("regime.json"), "regime");
  expect_valid(read("species.json"), "species");
  expect_valid(read("diagnostics.json"), "diagnostics");
  for (const Json& sample : samples()) expect_valid(sample, "samples");
  for (const Json& line : json_lines(run_ / "steps.jsonl")) expect_valid(line, "steps");
}

TEST_P(FinishedRun, IsValidAsItsFilesAreNamed) {
  std::vector<std::string> arguments = {"validate"};
  std::string expected;
  for (const char* name : {"manifest", "regime", "species", "diagnostics"}) {
    arguments.push_back((run_ / (std::string(name) + ".json")).string());
    expected += arguments.back() + ": valid (" + name + ")\n";
  }
  for (const char* name : {"samples", "steps"}) {
    arguments.push_back((run_ / (std::string(name) + ".jsonl")).string());
    expected += arguments.back() + ": valid (" + name + ")\n";
  }
  const Outcome outcome = phasescope(arguments);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, expected);
}

TEST_P(FinishedRun, ManifestSaysWhatWasRun) {
  const Json manifest = read("manifest.json");
  const bool gguf = GetParam().rfind("gguf", 0) == 0;
  EXPECT_EQ(manifest["kind"], "phasescope.run");
  EXPECT_EQ(manifest["status"], "complete");
  EXPECT_EQ(manifest["state_points"], "raw");
  EXPECT_EQ(manifest["device"], "cpu");
  const std::string path = model_of_case(GetParam());
  const Json& model = manifest["model"];
  EXPECT_EQ(model["path"], path);
  EXPECT_EQ(model["format"], gguf ? "gguf" : "safetensors");
  EXPECT_EQ(model["dtype_compute"], "float32");
  const Json inspection = parse_json(phasescope({"inspect", path, "--json"}).out, "inspect");
  EXPECT_EQ(model["parameters"], inspection["parameters"]);
  EXPECT_EQ(model["layers"], inspection["architecture"]["blocks"]);
  EXPECT_EQ(model["hidden_size"], inspection["architecture"]["hidden_size"]);
  const std::string weights = sha256_of_file(gguf ? path : path + "/model.safetensors");
  EXPECT_EQ(model["sha256"]["weights"], weights);
  EXPECT_EQ(model["sha256"]["config"], gguf ? weights : sha256_of_file(path + "/config.json"));
  EXPECT_EQ(model["sha256"]["tokenizer"], gguf ? weights : sha256_of_file(path + "/tokenizer.json"));
  EXPECT_LE(manifest["started"], manifest["finished"]);
}

TEST_P(FinishedRun, ManifestSaysHow) {
  const Json manifest = read("manifest.json");
  std::vector<std::string> asked = kArguments;
  asked.push_back("--print-config");
  EXPECT_EQ(manifest["options"], parse_json(run_.again(asked).out, "--print-config"));
  EXPECT_EQ(manifest["options"]["seed"], 5);
  const Json& prompts = manifest["prompts"];
  ASSERT_EQ(prompts.size(), 2U);
  EXPECT_EQ(prompts[0], (Json{{"path", "small.jsonl"},
                              {"name", "small"},
                              {"sha256", sha256_of_text(small_prompts())},
                              {"n", 8},
                              {"analyses", {"ct", "species"}},
                              {"chat", false}}));
  EXPECT_EQ(prompts[1]["name"], "pairs");
  EXPECT_EQ(prompts[1]["analyses"], Json({"pairs", "dynamics"}));
  std::int64_t read_tokens = 0, written_tokens = 0;
  for (const Json& sample : samples()) {
    read_tokens += static_cast<std::int64_t>(sample["prompt_ids"].size());
    written_tokens += static_cast<std::int64_t>(sample["generated_ids"].size());
  }
  EXPECT_EQ(manifest["tokens"], (Json{{"prompt", read_tokens}, {"generated", written_tokens}}));
}

TEST_P(FinishedRun, TellsWhereTimeWentOnRequest) {
  EXPECT_TRUE(read("manifest.json")["profile"].is_null());
  const SmallRun profiled(model_of_case(GetParam()), {"--profile", "--max-new-tokens", "4"});
  ASSERT_EQ(profiled.outcome().exit_code, 0);
  const Json manifest = read_json_file(profiled / "manifest.json");
  expect_valid(manifest, "manifest");
  std::map<std::string, double> share_of_stage;
  for (const Json& stage : manifest["profile"]) {
    EXPECT_EQ(stage["seconds"], manifest["seconds"][stage["stage"].get<std::string>()]);
    EXPECT_NE(profiled.outcome().err.find(stage["stage"].get<std::string>()), std::string::npos);
    for (const Json& work : stage["work"]) {
      EXPECT_NE(profiled.outcome().err.find(work["name"].get<std::string>()), std::string::npos);
      share_of_stage[stage["stage"]] += work["share"].is_null() ? 0 : work["share"].get<double>();
    }
  }
  EXPECT_EQ(manifest["profile"].size(), 5U);
  EXPECT_GE(share_of_stage["forward"], 0.999);  // with its rest
  EXPECT_GE(share_of_stage["generate"], 0.999);
}

TEST_P(FinishedRun, SamplesComeInPromptOrder) {
  std::vector<std::string> ids, names;
  for (const Json& sample : samples()) {
    ids.push_back(sample["id"]);
    names.push_back(sample["name"]);
    EXPECT_THAT(keys_of(sample).front(), "id");
  }
  EXPECT_THAT(std::vector<std::string>(ids.begin(), ids.begin() + 8),
              ElementsAre("anna", "sum", "nurses", "dozen", "robert", "one", "twice", "accents"));
  EXPECT_THAT(std::vector<std::string>(names.begin(), names.begin() + 8),
              ElementsAre("names/0", "numbers/0", "names/1", "numbers/1", "names/2", "numbers/2", "numbers/3",
                          "names/3"));
  EXPECT_EQ(ids.size(), 16U);
  EXPECT_EQ(ids[8], "geography-01-grounded");
}

TEST_P(FinishedRun, SamplesHoldWhatTheModelReadAndWrote) {
  Surroundings input;
  for (const Json& sample : samples()) input.input += Json{{"text", sample["prompt"]}}.dump() + "\n";
  const Outcome tokenized = phasescope({"tokenize", "-m", model_of_case(GetParam())}, input);
  std::istringstream lines(tokenized.out);
  for (const Json& sample : samples()) {
    std::string line;
    std::getline(lines, line);
    EXPECT_EQ(sample["prompt_ids"], Json::parse(line)["ids"]) << sample["id"];
    const bool dynamics = !sample["role"].is_null();
    const std::size_t limit = dynamics ? 8 : 12;
    const std::size_t generated = sample["generated_ids"].size();
    EXPECT_EQ(sample["status"], "ok");
    EXPECT_TRUE(sample["finish"] == "eos" ? generated <= limit : generated == limit) << sample;
  }
}

TEST_P(FinishedRun, RegimeHasARunForEachPromptThatFeedsIt) {
  const Json regime = read("regime.json");
  std::vector<std::string> ids;
  for (const Json& run : regime["runs"]) ids.push_back(run["id"]);
  EXPECT_THAT(ids, ElementsAre("anna", "sum", "nurses", "dozen", "robert", "one", "twice", "accents"));
  EXPECT_EQ(regime["layers"].size(), regime["model"]["layers"].get<std::size_t>() + 1);
  EXPECT_EQ(regime["model"], read("manifest.json")["model"]);
  EXPECT_EQ(regime["definition"]["max_new_tokens"], 12);
  EXPECT_EQ(regime["definition"]["seed"], 5);
}

TEST_P(FinishedRun, StepsBelongToTheirRuns) {
  const Json runs = read("regime.json")["runs"];
  const std::vector<Json> steps = json_lines(run_ / "steps.jsonl");
  const std::vector<Json> samples_of_run = samples();
  ASSERT_EQ(steps.size(), runs.size());
  for (std::size_t i = 0; i < steps.size(); ++i) {
    EXPECT_THAT(keys_of(steps[i]), ElementsAre("id", "run", "positions", "token_ids", "tokens", "ct", "delta",
                                               "curvature", "top1", "margin", "entropy"));
    EXPECT_EQ(steps[i]["id"], runs[i]["id"]);
    EXPECT_EQ(steps[i]["ct"].size(), runs[i]["n_steps"]);
    std::vector<std::int64_t> ids = samples_of_run[i]["prompt_ids"];
    for (const Json& id : samples_of_run[i]["generated_ids"]) ids.push_back(id);
    for (std::size_t s = 0; s < steps[i]["ct"].size(); ++s)
      EXPECT_EQ(steps[i]["token_ids"][s], ids.at(steps[i]["positions"][s]))
          << steps[i]["id"] << " step " << s;
  }
}

TEST_P(FinishedRun, CatalogHasThePublishedColumns) {
  const std::vector<formats::CsvRow> rows =
      formats::parse_csv(read_text_file(run_ / "tables/catalog.csv"), "catalog.csv");
  ASSERT_FALSE(rows.empty());
  EXPECT_THAT(rows[0].cells, ElementsAre("Name", "Spin", "Mass(pole)", "Mass(lat)", "Mass(bare)", "Mass(ren)",
                                         "Category", "Momentum", "Helicity", "v_group", "FP Layer", "FP Type",
                                         "gamma", "Z", "Layers", "Amplitude", "Active In"));
  const Json species = read("species.json")["published"]["species"];
  ASSERT_EQ(rows.size(), species.size() + 1);
  ASSERT_GT(species.size(), 0U);
  for (std::size_t i = 0; i < species.size(); ++i) {
    const std::vector<std::string>& cells = rows[i + 1].cells;
    EXPECT_EQ(cells[0], species[i]["name"]);
    const auto near = [&](std::size_t column, const char* key, int decimals) {
      ASSERT_EQ(cells[column].empty(), species[i][key].is_null()) << key;
      if (cells[column].empty()) return;
      EXPECT_NEAR(std::stod(cells[column]), species[i][key].get<double>(), 0.5001 * std::pow(10, -decimals))
          << key;
    };
    near(1, "spin", 2);
    near(2, "pole_mass", 4);
    near(3, "lattice_mass", 4);
    near(4, "bare_mass", 4);
    near(5, "renormalized_mass", 4);
    near(7, "momentum", 3);
    near(8, "helicity", 2);
    near(9, "group_velocity", 3);
    near(12, "anomalous_dimension", 3);
    near(13, "wavefunction_Z", 3);
    near(15, "amplitude", 2);
  }
}

TEST_P(FinishedRun, DetailHasTheLayoutOfTheGoldenCases) {
  const Json detail = read("detail.json");
  EXPECT_THAT(keys_of(detail), ElementsAre("fields", "catalog", "dynamics", "pairs"));
  EXPECT_THAT(keys_of(detail["fields"]),
              UnorderedElementsAre("names/0", "names/1", "names/2", "names/3", "numbers/0", "numbers/1",
                                   "numbers/2", "numbers/3"));
  const Json expected = read_json_file(test_data() / "intelliton/case01.json")["expected"];
  const Json& golden = expected["fields"].begin().value();
  const std::vector<std::string> golden_keys = keys_of(golden);
  for (const auto& [name, field] : detail["fields"].items())
    for (const std::string& key : golden_keys) EXPECT_TRUE(field.contains(key)) << name << " lacks " << key;
  for (const std::string& key : keys_of(expected["pairs"])) EXPECT_TRUE(detail["pairs"].contains(key)) << key;
}

TEST_P(FinishedRun, DiagnosticsComparePairsOfTheSet) {
  const Json diagnostics = read("diagnostics.json");
  const Json& pairs = diagnostics["published"]["pairs"];
  EXPECT_EQ(pairs["signatures"].size(), 4U);  // eight prompts
  EXPECT_EQ(diagnostics["published"]["dynamics"]["trajectories"].size(), 8U);
  const std::vector<formats::CsvRow> rows =
      formats::parse_csv(read_text_file(run_ / "tables/pairs.csv"), "pairs.csv");
  EXPECT_EQ(rows.size(), 1 + pairs["signatures"].size() + pairs["controls"].size());
}

INSTANTIATE_TEST_SUITE_P(Models, FinishedRun, ::testing::Values("llama_gqa", "gguf_qwen2_q8_0"),
                         [](const auto& tested) { return tested.param; });

}  // namespace
}  // namespace phasescope::testing
