// Models side by side: analyses, reports and published figures.
#include "../places.h"
#include "../temporary_folder.h"
#include "documents.h"
#include "program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "phasescope/base/files.h"
#include "phasescope/formats/csv.h"

namespace phasescope::testing {
namespace {

using ::testing::HasSubstr;

const Json& model_named(const Json& comparison, const std::string& name) {
  for (const Json& model : comparison["models"]) {
    if (model["model"] == name) return model;
  }
  ADD_FAILURE() << name << " is not compared";
  static const Json none;
  return none;
}

const Json& pair_of(const Json& comparison, const std::string& from, const std::string& to) {
  for (const Json& pair : comparison["pairs"]) {
    if (pair["from"] == from && pair["to"] == to) return pair;
  }
  ADD_FAILURE() << from << " to " << to << " is not compared";
  static const Json none;
  return none;
}

const Json& difference_in(const Json& pair, const std::string& group, const std::string& name) {
  for (const Json& difference : pair["differences"]) {
    if (difference["group"] == group && difference["name"] == name) return difference;
  }
  ADD_FAILURE() << group << "." << name << " is not compared";
  static const Json none;
  return none;
}

Json comparison_of(std::vector<std::string> sources) {
  sources.insert(sources.begin(), "compare");
  sources.emplace_back("--json");
  const Outcome outcome = phasescope(sources);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  return parse_json(outcome.out, "stdout");
}

/// The tables of the paper, which its author transcribed from the result files that are shipped.
struct PublishedRow {
  const char* model;
  double species, grounded_mean, grounded_deviation, spin, pole_mass, momentum, layer, amplitude;
};
constexpr PublishedRow kPublishedTables[] = {
    {"Qwen3-4B-Base", 6, 32.68, 2.77, 1.84, 0.1275, 3.142, 16, 6167.1},
    {"Qwen3-8B-Base", 7, 60.26, 4.67, 1.74, 0.1007, 3.142, 16, 7908.4},
    {"Qwen3-4B", 5, 29.13, 5.77, 1.86, 0.1281, 1.885, 16, 6562.4},
    {"Qwen3-8B", 6, 57.14, 4.68, 1.78, 0.1147, 3.142, 16, 10080.2},
    {"Mistral-7B-v0.3", 25, 21.48, 46.56, 1.98, 0.1291, 0.000, 19, 249.4}};

const std::vector<std::string> kFiveModels = {"published:qwen3-4b-base", "published:qwen3-4b",
                                              "published:qwen3-8b-base", "published:qwen3-8b",
                                              "published:mistral-7b-v0.3"};

TEST(ComparePublished, SpeciesAreThoseOfThePapersTables) {
  const Json comparison = comparison_of(kFiveModels);
  expect_valid(comparison, "comparison");
  for (const PublishedRow& row : kPublishedTables) {
    const Json& values = model_named(comparison, row.model)["values"]["species"];
    EXPECT_EQ(values["n_species"]["value"], row.species) << row.model;
    EXPECT_NEAR(values["grounded_mean"]["value"], row.grounded_mean, 0.00501) << row.model;
    EXPECT_NEAR(values["grounded_deviation"]["value"], row.grounded_deviation, 0.00501) << row.model;
    EXPECT_EQ(values["top_spin"]["value"], row.spin) << row.model;
    EXPECT_EQ(values["top_pole_mass"]["value"], row.pole_mass) << row.model;
    EXPECT_EQ(values["top_momentum"]["value"], row.momentum) << row.model;
    EXPECT_EQ(values["top_fixed_point_layer"]["value"], row.layer) << row.model;
    EXPECT_EQ(values["top_amplitude"]["value"], row.amplitude) << row.model;
    EXPECT_EQ(values["top_amplitude"]["low_reason"], "published without an interval");
  }
}

TEST(ComparePublished, PairsAreThoseOfTheComparisonTable) {
  const Json comparison = comparison_of(kFiveModels);
  ASSERT_EQ(comparison["pairs"].size(), 10U);
  const auto relation = [&](const std::string& from, const std::string& to) {
    return pair_of(comparison, from + " (published)", to + " (published)")["relation"];
  };
  EXPECT_EQ(relation("Qwen3-4B-Base", "Qwen3-4B"), "base_instruct");
  EXPECT_EQ(relation("Qwen3-8B-Base", "Qwen3-8B"), "base_instruct");
  EXPECT_EQ(relation("Qwen3-4B-Base", "Qwen3-8B-Base"), "small_large");
  EXPECT_EQ(relation("Qwen3-4B", "Qwen3-8B"), "small_large");
  EXPECT_EQ(relation("Qwen3-4B-Base", "Mistral-7B-v0.3"), "other");
  const Json& pair = pair_of(comparison, "Qwen3-4B-Base (published)", "Qwen3-8B-Base (published)");
  EXPECT_EQ(difference_in(pair, "species", "n_species")["difference"]["value"], 1);
  EXPECT_NEAR(difference_in(pair, "species", "grounded_mean")["difference"]["value"], 60.26 - 32.68, 0.0101);
  EXPECT_EQ(difference_in(pair, "species", "fixed_point_types")["same"], false);
}

TEST(ComparePublished, WordsCountTheSpecies) {
  const Json values = comparison_of(kFiveModels)["models"][0]["values"]["species"];
  EXPECT_EQ(values["momenta"]["text"], "3.142 (1), 0.000 (5)");
  EXPECT_EQ(values["fixed_point_types"]["text"], "crossover (1), IR (5)");
}

TEST(ComparePublished, FiguresOfUnknownDefinitionHaveNoDifference) {
  const Json comparison = comparison_of({"published:qwen2.5-0.5b", "published:DistilGPT2"});
  expect_valid(comparison, "comparison");
  EXPECT_EQ(comparison["models"][0]["values"]["ct"]["ratio_norm"]["value"], 2.28);
  EXPECT_TRUE(comparison["models"][0]["definitions"]["ct"].is_null());
  const Json& ratio = difference_in(comparison["pairs"][0], "ct", "ratio_norm");
  EXPECT_TRUE(ratio["difference"]["value"].is_null());
  EXPECT_THAT(ratio["difference"]["value_reason"].get<std::string>(), HasSubstr("not published"));
}

/// The regimes that ct_t is classified by are the published ones, and so are the regimes of single models.
TEST(ComparePublished, RegimesAreThoseOfTheBands) {
  const Json published = read_json_file(shipped_configs() / "published/ct_t.json");
  const Json bands = read_json_file(shipped_configs() / "regimes/published.json");
  const Json& intervals = published["regimes"]["intervals"];
  ASSERT_EQ(intervals.size(), bands["regimes"].size());
  for (const Json& regime : bands["regimes"]) {
    const std::string name = regime["name"];
    if (name == "transition") continue;  // one number, "about 2.97"
    EXPECT_EQ(intervals[name], regime["interval"]) << name;
  }
  for (const Json& model : published["models"]) {
    const Json& interval = intervals[model["regime"].get<std::string>()];
    EXPECT_GE(model["ratio_norm"], interval[0]) << model["name"];
    EXPECT_LE(model["ratio_norm"], interval[1]) << model["name"];
  }
}

TEST(ComparePublished, UnknownNamesAreRefusedWithTheKnownOnes) {
  expect_error(
      phasescope({"compare", "published:qwen3-4b", "published:gpt-5"}), 2,
      "published:gpt-5: not known, expected one of qwen3-4b-base, qwen3-4b, qwen3-8b-base, qwen3-8b, "
      "mistral-7b-v0.3, qwen2.5-0.5b, llama-3.2-3b, gemma-2-2b-it, distilgpt2");
}

/// Analyses of stored states, made once.
class CompareAnalyses : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TemporaryFolder;
    analyze("a", "case03", {});
    analyze("b", "case04", {});
    analyze("few", "case04", {"--modes", "4"});
    analyze("raw", "case04", {"--ct-norm", "raw", "--analyses", "ct"});
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }
  static void analyze(const std::string& name, const std::string& states,
                      const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {
        "analyze", (test_data() / "intelliton" / (states + ".safetensors")).string(), "-o", at(name)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    ASSERT_EQ(phasescope(arguments).exit_code, 0);
  }
  static std::string at(const std::string& name) { return (*folder_ / name).string(); }

  static TemporaryFolder* folder_;
};

TemporaryFolder* CompareAnalyses::folder_ = nullptr;

TEST_F(CompareAnalyses, WritesThreeFilesAndTheTables) {
  const Outcome outcome = phasescope({"compare", at("a"), at("b"), "-o", at("out")});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(files_in(at("out")), (std::set<std::string>{"compare.md", "compare.csv", "compare.json"}));
  EXPECT_EQ(outcome.out, read_text_file(at("out/compare.md")));
  const Json comparison = read_json_file(at("out/compare.json"));
  expect_valid(comparison, "comparison");
  EXPECT_EQ(comparison, comparison_of({at("a"), at("b")}));
  const auto rows = formats::parse_csv(read_text_file(at("out/compare.csv")), "compare.csv");
  EXPECT_EQ(rows.size(), comparison["pairs"][0]["differences"].size() + 1);
}

TEST_F(CompareAnalyses, ValuesAreThoseOfTheReports) {
  const Json comparison = comparison_of({at("a"), at("b")});
  const Json regime = read_json_file(at("a/regime.json")), species = read_json_file(at("a/species.json"));
  const Json& values = comparison["models"][0]["values"];
  const Json& ratio = regime["summary"]["ratio_norm"];
  EXPECT_EQ(values["ct"]["ratio_norm"]["value"], ratio["median"]);
  EXPECT_EQ(values["ct"]["ratio_norm"]["low"], ratio["low"]);
  EXPECT_EQ(values["ct"]["ratio_norm_mean"]["high"], ratio["mean_high"]);
  EXPECT_EQ(values["ct"]["regime"]["text"], regime["summary"]["regime"]);
  EXPECT_EQ(values["ct"]["mean_delta"]["value"], regime["summary"]["mean_delta"]["value"]);
  EXPECT_EQ(values["species"]["n_species"]["value"], species["published"]["species"].size());
  EXPECT_EQ(values["species"]["top_amplitude"]["value"], species["published"]["species"][0]["amplitude"]);
  EXPECT_EQ(values["species_robust"]["n_species"]["low"], species["robust"]["n_species"]["low"]);
  EXPECT_EQ(values["species_robust"]["top_growth_rate"]["value"],
            species["robust"]["species"][0]["growth_rate"]["value"]);
  EXPECT_EQ(values["pairs"]["flag_rate"]["value_reason"], "the run has no pairs");
}

TEST_F(CompareAnalyses, ReportsCountAsTheirFolders) {
  const Json comparison = comparison_of({at("a/species.json"), at("b/regime.json")});
  const Json& first = comparison["models"][0]["values"];
  EXPECT_EQ(first["ct"]["regime"]["text_reason"], "the run has no ct_t report");
  EXPECT_FALSE(first["species"]["n_species"]["value"].is_null());
  EXPECT_TRUE(comparison["models"][1]["values"]["species"]["n_species"]["value"].is_null());
}

TEST_F(CompareAnalyses, StandBesidePublishedFigures) {
  const Json comparison = comparison_of({at("a"), "published:qwen3-4b-base"});
  expect_valid(comparison, "comparison");
  const double own = comparison["models"][0]["values"]["species"]["top_amplitude"]["value"];
  const Json& amplitude = difference_in(comparison["pairs"][0], "species", "top_amplitude");
  EXPECT_DOUBLE_EQ(amplitude["difference"]["value"].get<double>(), 6167.1 - own);
  EXPECT_TRUE(amplitude["half_widths"].is_null());
}

TEST_F(CompareAnalyses, OtherDefinitionsAreRefused) {
  expect_error(
      phasescope({"compare", at("a"), at("few")}), 2,
      "compare: species: modes is 20 in " + at("a") + " and 4 in " + at("few") + ", expected one definition");
  expect_error(phasescope({"compare", at("few"), "published:qwen3-4b", "-o", at("refused")}), 2,
               "compare: species: modes is 4 in " + at("few") +
                   " and 20 in published:qwen3-4b, expected one definition");
  EXPECT_FALSE(std::filesystem::exists(at("refused")));
  const Outcome outcome = phasescope({"compare", at("b"), at("raw")});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("compare: ct: ct_id is l2/"));
  EXPECT_THAT(outcome.err, HasSubstr(" and raw/"));
}

TEST_F(CompareAnalyses, OtherStateConventionsAreRefused) {
  Json species = read_json_file(at("a/species.json"));
  species["options"]["state_points"] = "hf";
  write_file_atomically(at("hf.json"), species.dump());
  expect_error(phasescope({"compare", at("a"), at("hf.json")}), 2,
               "compare: species: state_points is raw in " + at("a") + " and hf in " + at("hf.json") +
                   ", expected one definition");
}

TEST_F(CompareAnalyses, WhatIsNoReportIsRefused) {
  std::filesystem::create_directory(at("empty"));
  expect_error(phasescope({"compare", at("a"), at("empty")}), 3,
               at("empty") + ": holds no report, expected a run folder with regime.json or species.json");
  expect_error(phasescope({"compare", at("a"), at("a/manifest.json")}), 3,
               at("a/manifest.json") +
                   ": kind: found \"phasescope.analysis\", expected a regime, species or diagnostics report");
  Json species = read_json_file(at("a/species.json"));
  species["published"]["species"][0]["amplitude"] = "large";
  write_file_atomically(at("text.json"), species.dump());
  expect_error(phasescope({"compare", at("a"), at("text.json")}), 3,
               at("text.json") + ": published.species[0].amplitude: found \"large\", expected a number");
  expect_error_beginning(phasescope({"compare", at("a"), at("nowhere")}), 4, at("nowhere") + ": ");
}

TEST_F(CompareAnalyses, RunsThatHaveNotEndedAreRefused) {
  std::filesystem::copy(at("a"), at("running"), std::filesystem::copy_options::recursive);
  Json manifest = read_json_file(at("running/manifest.json"));
  manifest["status"] = "running";
  write_file_atomically(at("running/manifest.json"), manifest.dump());
  expect_error(phasescope({"compare", at("a"), at("running")}), 3,
               at("running/manifest.json") + ": status: found \"running\", expected a run that has ended");
}

TEST(Compare, NeedsTwoSources) {
  EXPECT_EQ(phasescope({"compare"}).exit_code, 2);
  EXPECT_EQ(phasescope({"compare", "published:qwen3-4b"}).exit_code, 2);
}

}  // namespace
}  // namespace phasescope::testing
