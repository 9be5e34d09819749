// phasescope map: reports in, phase_map.json, .csv and .svg out, and the gate of a CI job.
#include "../model_cases.h"
#include "../places.h"
#include "../temporary_folder.h"
#include "documents.h"
#include "program.h"
#include "small_run.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "phasescope/base/files.h"
#include "phasescope/formats/csv.h"

namespace phasescope::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

/// Reports of two models, the first with two seeds, and one of another definition.
class MapOfReports : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    reports_ = new TemporaryFolder;
    write_file_atomically(*reports_ / "small.jsonl", small_prompts());
    make_report("gqa-1", "llama_gqa", {"--seed", "1", "--temperature", "1"});
    make_report("gqa-2", "llama_gqa", {"--seed", "2", "--temperature", "1"});
    make_report("qwen", "qwen2_tied", {"--seed", "1"});
    make_report("raw", "qwen2_tied", {"--seed", "1", "--ct-norm", "raw"});
  }
  static void TearDownTestSuite() { delete std::exchange(reports_, nullptr); }

  static void make_report(const std::string& name, const std::string& model,
                          const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {
        "run", "-m",         model_of_case(model), "-p", (*reports_ / "small.jsonl").string() + ":ct",
        "-o",  report(name), "--max-new-tokens",   "12"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Outcome outcome = phasescope(arguments);
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  }
  static std::string report(const std::string& name) { return (*reports_ / name).string(); }

  Outcome map(const std::vector<std::string>& arguments) const {
    std::vector<std::string> all = {"map", "-o", output().string()};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return phasescope(all);
  }
  Json written() const { return read_json_file(output() / "phase_map.json"); }
  std::filesystem::path output() const { return folder_ / "map"; }

  static TemporaryFolder* reports_;
  TemporaryFolder folder_;
};

TemporaryFolder* MapOfReports::reports_ = nullptr;

TEST_F(MapOfReports, OneReportIsRepeated) {
  const Outcome outcome = map({report("qwen")});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "wrote " + output().string() + ": 1 model, 1 definition\n");
  const Json map = written();
  expect_valid(map, "phase_map");
  const Json regime = read_json_file(report("qwen") + "/regime.json");
  const Json& summary = regime["summary"];
  const Json& row = map["maps"][0]["rows"][0];
  EXPECT_EQ(map["maps"][0]["definition"], regime["ct_id"]);
  EXPECT_EQ(map["bands"], regime["bands"]);
  EXPECT_EQ(row["model"], "qwen2_tied");
  EXPECT_EQ(row["family"], "qwen2");
  EXPECT_EQ(row["parameters"], regime["model"]["parameters"]);
  EXPECT_EQ(row["ratio_norm"]["value"], summary["ratio_norm"]["median"]);
  EXPECT_EQ(row["ratio_norm"]["low"], summary["ratio_norm"]["low"]);
  EXPECT_EQ(row["ratio_norm"]["high"], summary["ratio_norm"]["high"]);
  EXPECT_EQ(row["regime"], summary["regime"]);
  EXPECT_EQ(row["confidence"], summary["confidence"][row["regime"].get<std::string>()]);
  EXPECT_EQ(row["ratio_excess"]["value"], summary["ratio_excess"]["value"]);
  EXPECT_EQ(row["ratio_excess"]["low"], summary["ratio_excess"]["low"]);
  EXPECT_EQ(row["null_regime"], summary["null_regime"]);
  EXPECT_EQ(row["mean_ct"]["value"], summary["mean_ct"]);
  EXPECT_EQ(row["late_ct"], summary["late_ct"]);
  EXPECT_EQ(row["collapse_rate"], summary["collapse_rate"]);
  EXPECT_EQ(row["n_runs"], summary["n_runs"]);
  EXPECT_EQ(row["n_prompts"], summary["n_prompts"]);
}

TEST_F(MapOfReports, PoolsReportsOfOneModel) {
  ASSERT_EQ(map({report("gqa-1"), report("gqa-2") + "/regime.json", report("qwen")}).exit_code, 0);
  const Json map = written();
  expect_valid(map, "phase_map");
  const Json& rows = map["maps"][0]["rows"];
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0]["n_reports"], 2);
  EXPECT_EQ(rows[0]["seeds"], Json({1, 2}));
  const Json first = read_json_file(report("gqa-1") + "/regime.json")["summary"];
  const Json second = read_json_file(report("gqa-2") + "/regime.json")["summary"];
  EXPECT_EQ(rows[0]["n_runs"], first["n_runs"].get<int>() + second["n_runs"].get<int>());
  EXPECT_LE(rows[0]["n_prompts"], 8);
  EXPECT_EQ(map["maps"][0]["reports"].size(), 3U);
  EXPECT_EQ(map["maps"][0]["variance"]["rows"].size(), 5U);
  EXPECT_EQ(map["maps"][0]["variance"]["published"]["model"], 0.07);
}

TEST_F(MapOfReports, WritesATableAndAPicture) {
  ASSERT_EQ(map({report("gqa-1"), report("qwen")}).exit_code, 0);
  EXPECT_EQ(files_in(output()), (std::set<std::string>{"phase_map.json", "phase_map.csv", "phase_map.svg"}));
  const auto rows = formats::parse_csv(read_text_file(output() / "phase_map.csv"), "phase_map.csv");
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_THAT(rows[0].cells,
              ::testing::ElementsAre(
                  "definition", "model", "family", "parameters", "n_reports", "n_runs", "n_prompts", "seeds",
                  "temperatures", "ratio_norm", "ratio_norm_low", "ratio_norm_high", "spread", "regime",
                  "published_interval", "confidence", "null_regime", "ratio_excess", "ratio_excess_low",
                  "ratio_excess_high", "mean_ct", "mean_ct_low", "mean_ct_high", "late_ct", "collapse_rate"));
  const Json row = written()["maps"][0]["rows"][1];
  EXPECT_EQ(rows[2].cells[1], row["model"]);
  EXPECT_EQ(std::stod(rows[2].cells[9]), row["ratio_norm"]["value"].get<double>());
  EXPECT_EQ(std::stod(rows[2].cells[20]), row["mean_ct"]["value"].get<double>());
  const std::string svg = read_text_file(output() / "phase_map.svg");
  EXPECT_THAT(svg, HasSubstr("<svg"));
  EXPECT_THAT(svg, HasSubstr("qwen2_tied"));
}

TEST_F(MapOfReports, IsTheSameAgain) {
  ASSERT_EQ(map({report("gqa-1"), report("qwen")}).exit_code, 0);
  const auto before = contents_of(output());
  ASSERT_EQ(map({report("gqa-1"), report("qwen")}).exit_code, 0);
  EXPECT_EQ(contents_of(output()), before);
}

TEST_F(MapOfReports, RefusesToMixDefinitions) {
  expect_error(map({report("qwen"), report("raw")}), 2,
               report("raw") +
                   ": definition: found raw/chordxturning/causal/generated/last, expected "
                   "l2/chordxturning/causal/generated/last as in " +
                   report("qwen") + ", or --allow-mixed");
  EXPECT_FALSE(std::filesystem::exists(output()));
  ASSERT_EQ(map({report("qwen"), report("raw"), "--allow-mixed"}).exit_code, 0);
  const Json map = written();
  expect_valid(map, "phase_map");
  ASSERT_EQ(map["maps"].size(), 2U);
  EXPECT_EQ(map["maps"][1]["definition"], "raw/chordxturning/causal/generated/last");
  EXPECT_THAT(read_text_file(output() / "phase_map.svg"), HasSubstr("raw/chordxturning"));
}

TEST_F(MapOfReports, NothingMovesAgainstItself) {
  ASSERT_EQ(map({report("gqa-1"), report("qwen")}).exit_code, 0);
  const std::string baseline = (folder_ / "old.json").string();
  std::filesystem::copy_file(output() / "phase_map.json", baseline);
  const Outcome outcome = map({report("gqa-1"), report("qwen"), "--baseline", baseline, "--fail-if",
                               "regime_flips>0 || abs(d.ratio_norm)>0.2"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, StartsWith("nothing moved since the baseline\n"));
}

TEST_F(MapOfReports, AGateThatHoldsEndsWithEight) {
  ASSERT_EQ(map({report("gqa-1"), report("qwen")}).exit_code, 0);
  Json old = written();
  Json& row = old["maps"][0]["rows"][1];
  const double ratio = row["ratio_norm"]["value"];
  row["ratio_norm"]["value"] = ratio + 0.5;
  row["regime"] = "chaotic";
  const std::string baseline = (folder_ / "old.json").string();
  write_file_atomically(baseline, old.dump());
  const std::vector<std::string> arguments = {report("gqa-1"), report("qwen"), "--baseline", baseline,
                                              "--fail-if"};
  const auto gate = [&](const std::string& expression) {
    std::vector<std::string> all = arguments;
    all.push_back(expression);
    return map(all);
  };
  const Outcome failed = gate("regime_flips>0 || abs(d.ratio_norm)>0.2");
  EXPECT_EQ(failed.exit_code, 8);
  EXPECT_EQ(failed.err, "error: --fail-if: regime_flips>0 || abs(d.ratio_norm)>0.2 holds\n");
  EXPECT_THAT(failed.out, HasSubstr("moved since the baseline:\n  qwen2_tied: regime chaotic -> "));
  EXPECT_THAT(failed.out, HasSubstr("(-0.5)"));
  EXPECT_TRUE(std::filesystem::exists(output() / "phase_map.json"));
  EXPECT_EQ(gate("regime_flips > 1 && d.ratio_norm < 0").exit_code, 0);
  EXPECT_EQ(gate("regime_flips == 1 && abs(d.ratio_norm + 0.5) < 1e-9 && models == 2").exit_code, 8);
}

TEST_F(MapOfReports, AGateThatCannotBeJudged) {
  expect_error_beginning(map({report("qwen"), "--fail-if", "regime_flip > 0"}), 2,
                         "expression 'regime_flip > 0': found the name 'regime_flip', expected one of "
                         "d.collapse_rate, d.confidence, d.late_ct, d.mean_ct, d.ratio_excess, d.ratio_norm, "
                         "d.spread, max.collapse_rate,");
  EXPECT_FALSE(std::filesystem::exists(output()));
  expect_error(map({report("qwen"), "--fail-if", "regime_flips > 0"}), 5,
               "regime_flips: undefined: there is no baseline");
  EXPECT_TRUE(std::filesystem::exists(output() / "phase_map.json"));
}

TEST_F(MapOfReports, TellsModelsOfOneNameApart) {
  // The same weights under other names, and other weights under the same name.
  ASSERT_EQ(map({"here=" + report("gqa-1"), "there=" + report("gqa-2")}).exit_code, 0);
  EXPECT_EQ(written()["maps"][0]["rows"][0]["model"], "here");
  EXPECT_EQ(written()["maps"][0]["rows"][1]["model"], "there");
  Json renamed = read_json_file(report("qwen") + "/regime.json");
  renamed["model"]["name"] = "llama_gqa";
  write_file_atomically(folder_ / "renamed.json", renamed.dump());
  ASSERT_EQ(map({report("gqa-1"), (folder_ / "renamed.json").string()}).exit_code, 0);
  const Json rows = written()["maps"][0]["rows"];
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_THAT(rows[0]["model"].get<std::string>(), StartsWith("llama_gqa #"));
  EXPECT_NE(rows[0]["model"], rows[1]["model"]);
}

TEST_F(MapOfReports, JoinsCheckpointsOfATraining) {
  ASSERT_EQ(
      map({"net@step200=" + report("gqa-1"), "net@step30=" + report("gqa-2"), report("qwen")}).exit_code, 0);
  const Json map = written()["maps"][0];
  EXPECT_EQ(map["training_runs"],
            Json::parse(R"([{"training": "net", "models": ["net@step30", "net@step200"]}])"));
  EXPECT_EQ(map["rows"][0]["training_step"], 200);
  EXPECT_EQ(map["rows"][2]["training_step"], nullptr);
}

TEST_F(MapOfReports, TakesOtherBandsForAll) {
  const std::string bands = (folder_ / "bands.json").string();
  write_file_atomically(bands, R"({"schema_version": 1, "name": "two", "source": "test",
    "regimes": [{"name": "low", "interval": [1, 1.2]}, {"name": "high", "interval": [1.3, 50]}], "cuts": [1.25]})");
  make_report("two-bands", "qwen2_tied", {"--seed", "1", "--bands", bands});
  expect_error(map({report("gqa-1"), report("two-bands")}), 2,
               report("two-bands") + ": bands: found \"two\", expected those of " + report("gqa-1") +
                   ", or --bands FILE for all");
  ASSERT_EQ(map({report("gqa-1"), report("two-bands"), "--bands", bands}).exit_code, 0);
  const std::string regime = written()["maps"][0]["rows"][0]["regime"];
  EXPECT_TRUE(regime == "low" || regime == "high") << regime;
}

TEST_F(MapOfReports, FitsBandsToItsModels) {
  ASSERT_EQ(map({report("gqa-1"), report("qwen"), "--fit-bands", "calm,wild"}).exit_code, 0);
  const Json rows = written()["maps"][0]["rows"];
  const double a = rows[0]["ratio_norm"]["value"], b = rows[1]["ratio_norm"]["value"];
  const Json bands = read_json_file(output() / "bands.json");
  EXPECT_EQ(bands["regimes"][0], (Json{{"name", "calm"}, {"interval", {std::min(a, b), std::min(a, b)}}}));
  EXPECT_EQ(bands["cuts"], Json::array({(a + b) / 2}));
  ASSERT_EQ(map({report("gqa-1"), report("qwen"), "--bands", (output() / "bands.json").string()}).exit_code,
            0);
  EXPECT_EQ(written()["maps"][0]["rows"][a < b ? 0 : 1]["regime"], "calm");
  EXPECT_EQ(written()["maps"][0]["rows"][a < b ? 1 : 0]["regime"], "wild");
  EXPECT_EQ(map({report("qwen"), "--fit-bands", "calm,wild"}).exit_code, 2);
}

TEST_F(MapOfReports, RefusesWrongBands) {
  const std::string bands = (folder_ / "bands.json").string();
  const auto refused = [&](const std::string& text, int exit_code, const std::string& message) {
    write_file_atomically(bands, text);
    expect_error(map({report("qwen"), "--bands", bands}), exit_code, bands + message);
  };
  refused(
      R"({"schema_version": 1, "name": "n", "source": "s", "regimes": [{"name": "a", "interval": [1, 2]}], "cuts": []})",
      3, ": regimes: fewer than two, expected at least two regimes");
  refused(
      R"({"schema_version": 1, "name": "n", "source": "s", "regimes": [{"name": "a", "interval": [1, 2]}, {"name": "b", "interval": [3, 4]}], "cuts": [3.5]})",
      3, ": cuts[0]: found 3.5, expected a number between the intervals of a and b");
  refused(
      R"({"schema_version": 1, "name": "n", "source": "s", "regimes": [{"name": "a", "interval": [2, 1]}, {"name": "b", "interval": [3, 4]}], "cuts": [2.5]})",
      3, ": regimes[0].interval: found [2,1], expected two ascending positive numbers");
  std::filesystem::remove(bands);
  expect_error_beginning(map({report("qwen"), "--bands", bands}), 4, bands);
  expect_error_beginning(phasescope({"run", "-m", model_of_case("llama_gqa"), "-p", "panel24", "-o",
                                     (folder_ / "out").string(), "--bands", bands}),
                         4, bands);
}

TEST_F(MapOfReports, NamesWhatIsWrongWithItsInputs) {
  expect_error_beginning(map({(folder_ / "nothing").string()}), 4, (folder_ / "nothing").string());
  const std::string samples = report("qwen") + "/manifest.json";
  expect_error(map({samples}), 3, samples + ": kind: found \"phasescope.run\", expected phasescope.regime");
  expect_error(
      map({report("qwen"), "--baseline", report("qwen") + "/regime.json"}), 3,
      report("qwen") + "/regime.json: kind: found \"phasescope.regime\", expected phasescope.phase_map");
  Json broken = read_json_file(report("qwen") + "/regime.json");
  broken["runs"][2]["ratio_norm"] = -1.5;
  const std::string file = (folder_ / "broken.json").string();
  write_file_atomically(file, broken.dump());
  expect_error(map({file}), 3, file + ": runs[2].ratio_norm: found -1.5, expected above 0 or null");
  write_file_atomically(file, "{");
  expect_error_beginning(map({file}), 3, file);
  expect_error(map({report("qwen"), report("qwen") + "/regime.json"}), 2,
               report("qwen") + "/regime.json: was named before");
  EXPECT_EQ(map({}).exit_code, 2);
}

TEST_F(MapOfReports, EndsWithOneJsonObject) {
  const Outcome outcome = map({report("qwen"), "--json"});
  const Json line = parse_json(outcome.out, "stdout");
  EXPECT_THAT(keys_of(line),
              ::testing::ElementsAre("dir", "models", "definitions", "notes", "changes", "gate_holds"));
  EXPECT_EQ(line["models"], 1);
  EXPECT_EQ(line["gate_holds"], nullptr);
}

}  // namespace
}  // namespace phasescope::testing
