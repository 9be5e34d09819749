// Nulls, audits, figures and the screen about species, on a tiny model.
#include "../model_cases.h"
#include "../temporary_folder.h"
#include "documents.h"
#include "small_run.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "phasescope/base/files.h"
#include "phasescope/formats/csv.h"

namespace phasescope::testing {
namespace {

using ::testing::HasSubstr;

const std::vector<std::string> kEveryNull = {"--null",           "shuffle-tokens,shuffle-layers",
                                             "--null",           "random-embedding,random-weights",
                                             "--null-networks",  "2",
                                             "--sign-audit",     "5",
                                             "--max-new-tokens", "4",
                                             "--skip-layers",    "1"};

const SmallRun& run() {
  static const SmallRun once(model_of_case("llama_gqa"), kEveryNull);
  return once;
}

Json species_report() {
  return read_json_file(run() / "species.json");
}

TEST(EveryNull, IsInTheReports) {
  ASSERT_EQ(run().outcome().exit_code, 0) << run().outcome().err;
  const Json report = species_report(), diagnostics = read_json_file(run() / "diagnostics.json");
  expect_valid(report, "species");
  expect_valid(diagnostics, "diagnostics");
  const Json& robust = report["robust"];
  ASSERT_EQ(robust["model_nulls"].size(), 2U);
  EXPECT_EQ(robust["model_nulls"][0]["name"], "random-embedding");
  EXPECT_EQ(robust["model_nulls"][1]["name"], "random-weights");
  EXPECT_EQ(robust["model_nulls"][1]["networks"], 2);
  EXPECT_EQ(robust["sign_audit"]["draws"], 5);
  EXPECT_EQ(robust["eft_beta"]["null"]["name"], "shuffle-layers");
  EXPECT_EQ(robust["power_momentum"]["null"]["name"], "shuffle-tokens");
  EXPECT_EQ(robust["power_momentum"]["null"]["draws"], 100);
  EXPECT_EQ(diagnostics["robust"]["model_nulls"].size(), 2U);
  const Json nulls = read_json_file(run() / "manifest.json")["options"]["nulls"];
  EXPECT_EQ(nulls["null"], Json({"shuffle-tokens", "shuffle-layers", "random-embedding", "random-weights"}));
  EXPECT_EQ(nulls["sign_audit"], 5);
}

/// A value is inside a null exactly when the range says so, and every such one is marked.
TEST(EveryNull, MarksWhatLiesInside) {
  const Json robust = species_report()["robust"];
  std::size_t tested = 0;
  for (const Json& species : robust["species"]) {
    for (const auto& [name, estimate] : species.items()) {
      if (!estimate.is_object() || !estimate.contains("inside_null") || estimate["inside_null"].is_null())
        continue;
      ++tested;
      const double value = estimate["value"].get<double>();
      const bool inside =
          estimate["null"]["low"].get<double>() <= value && value <= estimate["null"]["high"].get<double>();
      EXPECT_EQ(estimate["inside_null"], inside) << name;
      const auto& marks = species["inside_nulls"];
      const bool marked = std::any_of(marks.begin(), marks.end(), [&](const Json& mark) {
        const auto& nulls = mark["nulls"];
        return mark["quantity"] == name &&
               std::find(nulls.begin(), nulls.end(), estimate["null"]["name"]) != nulls.end();
      });
      EXPECT_EQ(marked, inside) << name;
    }
  }
  EXPECT_GT(tested, 0U);
}

TEST(EveryNull, IsInTheTables) {
  const Json robust = species_report()["robust"];
  const auto rows = formats::parse_csv(read_text_file(run() / "tables/species.csv"), "species.csv");
  ASSERT_EQ(rows.size(), robust["species"].size() + 1);
  const auto& header = rows[0].cells;
  const auto column = static_cast<std::size_t>(
      std::find(header.begin(), header.end(), "growth_rate_inside_null") - header.begin());
  ASSERT_LT(column, header.size());
  for (std::size_t s = 0; s < robust["species"].size(); ++s) {
    const Json& mark = robust["species"][s]["growth_rate"]["inside_null"];
    EXPECT_EQ(rows[s + 1].cells[column], mark.is_null() ? "" : mark.get<bool>() ? "yes" : "no");
  }
  const auto measures = formats::parse_csv(read_text_file(run() / "tables/measures.csv"), "measures.csv");
  EXPECT_EQ(measures[0].cells[8], "inside_null");
  EXPECT_GT(measures.size(), 10U);
}

TEST(EveryNull, IsOnTheScreen) {
  const std::string& out = run().outcome().out;
  EXPECT_THAT(out, HasSubstr("\n  published  amplitude"));
  EXPECT_THAT(out, HasSubstr("\n  estimated  amplitude"));
  EXPECT_THAT(out, HasSubstr("Inside its null: "));
  EXPECT_THAT(out, HasSubstr("Under 5 random signs the published catalog has "));
  EXPECT_THAT(out, HasSubstr("Pairs: the published flag is raised for "));
  EXPECT_THAT(out, HasSubstr("Prompt length alone: AUC "));
  EXPECT_THAT(out, HasSubstr("AUC among those of random-weights: "));
  EXPECT_LT(std::count(out.begin(), out.end(), '\n'), 26);  // one screen
  EXPECT_EQ(out.rfind("\nwrote "), out.rfind('\n', out.size() - 2));
}

TEST(EveryNull, IsAFunctionOfTheSeed) {
  std::vector<std::string> arguments = kEveryNull;
  arguments.emplace_back("--deterministic");
  const SmallRun a(model_of_case("llama_gqa"), arguments), b(model_of_case("llama_gqa"), arguments);
  EXPECT_EQ(contents_of(a.folder(), {"manifest.json"}), contents_of(b.folder(), {"manifest.json"}));
}

TEST(Figures, AreWrittenWithTheirNumbers) {
  for (const char* name : {"particle_table", "singular_values", "power_spectrum", "running_mass",
                           "pair_divergence", "occupation", "transitions"}) {
    const std::string svg = read_text_file(run() / ("figures/" + std::string(name) + ".svg"));
    EXPECT_THAT(svg, HasSubstr("llama_gqa")) << name;
    EXPECT_THAT(svg, HasSubstr("n = ")) << name;
    EXPECT_EQ(svg.find("no defined values"), std::string::npos) << name;
  }
}

TEST(Nulls, ThatNothingIsHeldAgainstAreRefused) {
  const TemporaryFolder folder;
  const auto run_panel = [&](const std::string& option, const std::string& value) {
    return phasescope({"run", "-m", model_of_case("llama_gqa"), "-p", "panel24", "-L", "2", "-o",
                       (folder / "out").string(), option, value});
  };
  expect_error(run_panel("--null", "shuffle-tokens"), 2,
               "--null: no prompt set feeds species, pairs or dynamics");
  expect_error(run_panel("--sign-audit", "3"), 2, "--sign-audit: no prompt set feeds species");
  expect_error(run_panel("--null", "shuffle"), 2,
               "--null: found \"shuffle\", expected one of shuffle-tokens, shuffle-layers, random-embedding, "
               "random-weights");
}

}  // namespace
}  // namespace phasescope::testing
