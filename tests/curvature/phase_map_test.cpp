#include "phasescope/curvature/phase_map.h"

#include "trajectories.h"

#include <cmath>

#include <gtest/gtest.h>

#include "phasescope/base/error.h"

namespace phasescope::curvature {
namespace {

const char* const id = "l2/chordxturning/causal/generated/last";

/// Two categories, a and b, of two prompts each.
MapReport report(const std::string& model, const std::vector<double>& ratios, std::int64_t seed = 1) {
  MapReport result;
  result.source = model + ".json";
  result.definition = id;
  result.model = model;
  result.seed = seed;
  result.temperature = 1;
  for (std::size_t i = 0; i < ratios.size(); ++i) {
    MapRun run{"p" + std::to_string(i), i < 2 ? "a" : "b", 0, ratios[i], std::nullopt, 0.5 * ratios[i], 0.25};
    result.runs.push_back(run);
  }
  return result;
}

PhaseMapOptions options() {
  return {testing::published_bands(), 400, 1};
}

PhaseMap map_of(const std::vector<MapReport>& reports) {
  return make_phase_map(reports, options());
}

std::vector<MapReport> three_models() {
  return {report("x", {1, 2, 9, 8}), report("y", {2, 3, 7, 6}), report("z", {5, 6, 5, 4})};
}

TEST(PhaseMap, HasARowAModel) {
  const PhaseMap map = map_of(three_models());
  ASSERT_EQ(map.rows.size(), 3U);
  const PhaseMapRow& row = map.rows[0];
  EXPECT_EQ(row.model, "x");
  EXPECT_EQ(row.n_runs, 4U);
  EXPECT_EQ(row.n_prompts, 4U);
  EXPECT_EQ(row.ratio_norm.value, 5);  // between 2 and 8
  EXPECT_EQ(row.regime, "chaotic");
  EXPECT_EQ(row.published_interval, "chaotic");
  EXPECT_EQ(row.mean_ct.value, 2.5);
  EXPECT_EQ(row.late_ct, 0.25);
  EXPECT_FALSE(row.collapse_rate);
  EXPECT_NEAR(map.rows[2].spread.value(), std::sqrt(0.5), 1e-15);
}

/// Two prompts a category: a resample takes 1 1, 1 2, 2 1 or 2 2 from a and likewise 9 9, 9 8, 8 9 or 8 8
/// from b, so the median lies between 4.5 (1 1 8 8) and 5.5 (2 2 9 9), and in one of four draws each it is
/// (1 + 8)/2 = 4.5 or (2 + ..)/2.
TEST(PhaseMap, IntervalsComeFromPromptsWithinTheirCategory) {
  const PhaseMapRow row = map_of(three_models()).rows[0];
  EXPECT_EQ(row.ratio_norm.low, 4.5);
  EXPECT_EQ(row.ratio_norm.high, 5.5);
  EXPECT_EQ(row.confidence, 1);
  EXPECT_EQ(row.mean_ct.low, 0.5 * (1 + 1 + 8 + 8) / 4);
  EXPECT_EQ(row.mean_ct.high, 0.5 * (2 + 2 + 9 + 9) / 4);
}

TEST(PhaseMap, PoolsTheReportsOfAModel) {
  std::vector<MapReport> reports = three_models();
  reports.push_back(report("x", {1, 2, 9, 8}, 2));
  reports[0].n_samples = 4;
  reports[0].n_collapsed = 1;
  reports[3].n_samples = 4;
  reports[3].regime = "chaotic";
  reports[0].regime = "adaptive";
  const PhaseMap map = map_of(reports);
  ASSERT_EQ(map.rows.size(), 3U);
  const PhaseMapRow& row = map.rows[0];
  EXPECT_EQ(row.n_reports, 2U);
  EXPECT_EQ(row.n_runs, 8U);
  EXPECT_EQ(row.n_prompts, 4U);
  EXPECT_EQ(row.seeds, (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(row.ratio_norm.value, 5);
  // The second seed repeats the first: it adds no prompts, so the interval stays as wide.
  EXPECT_EQ(row.ratio_norm.low, 4.5);
  EXPECT_EQ(row.ratio_norm.high, 5.5);
  EXPECT_EQ(row.collapse_rate, 0.125);
  EXPECT_EQ(row.same_regime_reports, 1U);
}

// Category a ranks the models x < y < z, category b the other way round.
TEST(PhaseMap, ComparesTheRanksOfModels) {
  const PhaseMap map = map_of(three_models());
  ASSERT_EQ(map.agreements.size(), 1U);
  EXPECT_EQ(map.agreements[0].condition, "category");
  EXPECT_EQ(map.agreements[0].tau, -1);
  EXPECT_EQ(map.agreements[0].n_models, 3U);
}

TEST(PhaseMap, ComparesSeedsOfTheSameModels) {
  std::vector<MapReport> reports = three_models();
  reports.push_back(report("x", {1, 2, 9, 8}, 2));
  const PhaseMap map = map_of(reports);
  ASSERT_EQ(map.agreements.size(), 2U);
  EXPECT_EQ(map.agreements[1].condition, "seed");
  EXPECT_FALSE(map.agreements[1].tau);
  EXPECT_EQ(map.agreements[1].reason, "fewer than two models in common");
}

TEST(PhaseMap, TakesNoSeedOfGreedyRunsForACondition) {
  std::vector<MapReport> reports = three_models();
  reports.push_back(report("x", {1, 2, 9, 8}, 2));
  for (MapReport& item : reports) item.temperature = 0;
  EXPECT_EQ(map_of(reports).agreements.size(), 1U);
}

TEST(PhaseMap, DecomposesLogRatios) {
  const auto map = map_of(three_models());
  EXPECT_EQ(map.log_ratio.observations, 12U);
  double sum = 0;
  double squares = 0;
  for (const MapReport& item : three_models()) {
    for (const MapRun& run : item.runs) {
      sum += std::log(*run.ratio_norm);
      squares += std::pow(std::log(*run.ratio_norm), 2);
    }
  }
  EXPECT_NEAR(map.log_ratio.total_sum_of_squares, squares - sum * sum / 12, 1e-12);
}

TEST(PhaseMap, KeepsDefinitionsApart) {
  std::vector<MapReport> reports = three_models();
  reports[1].definition = "raw/chordxturning/causal/generated/last";
  EXPECT_THROW(map_of(reports), Error);
  EXPECT_THROW(map_of({}), Error);
  const std::vector<PhaseMap> maps = make_phase_maps(reports, options());
  ASSERT_EQ(maps.size(), 2U);
  EXPECT_EQ(maps[0].rows.size(), 2U);
  EXPECT_EQ(maps[1].rows[0].model, "y");
  EXPECT_FALSE(gate_values(maps, std::nullopt).at("omega2.model").value);
}

TEST(PhaseMap, NotesWhatMakesRowsHardToCompare) {
  std::vector<MapReport> reports = three_models();
  EXPECT_TRUE(map_of(reports).notes.empty());
  reports[0].max_new_tokens = 64;
  reports[1].max_new_tokens = 16;
  reports[2].runs.pop_back();
  EXPECT_EQ(map_of(reports).notes,
            (std::vector<std::string>{"the reports hold different prompts",
                                      "the reports differ in max_new_tokens (16, 64), and ratio_norm grows "
                                      "with length"}));
}

/// Rows x, y, z with ratios 5, 4.5 and 5.
std::vector<PhaseMapRow> baseline_of(const PhaseMap& map) {
  std::vector<PhaseMapRow> baseline = map.rows;
  baseline[0].ratio_norm.value = 8;
  baseline[0].regime = "adaptive";
  baseline[1].ratio_norm.value = 4;
  baseline[2].model = "w";
  return baseline;
}

TEST(GateValues, CompareWithABaseline) {
  const PhaseMap map = map_of(three_models());
  const GateValues values = gate_values({map}, baseline_of(map));
  EXPECT_EQ(values.at("models").value, 3);
  EXPECT_EQ(values.at("regime_flips").value, 1);
  EXPECT_EQ(values.at("models_added").value, 1);
  EXPECT_EQ(values.at("models_removed").value, 1);
  EXPECT_EQ(values.at("d.ratio_norm").value, -3);
  EXPECT_EQ(values.at("d.mean_ct").value, 0);
  EXPECT_EQ(values.at("max.ratio_norm").value, 5);
  EXPECT_FALSE(values.at("d.collapse_rate").value);
}

TEST(GateValues, HaveNoChangesWithoutABaseline) {
  const GateValues values = gate_values({map_of(three_models())}, std::nullopt);
  EXPECT_FALSE(values.at("regime_flips").value);
  EXPECT_EQ(values.at("d.ratio_norm").reason, "there is no baseline");
}

TEST(ChangesSince, SayWhatMoved) {
  const PhaseMap map = map_of(three_models());
  EXPECT_EQ(changes_since({map}, baseline_of(map)),
            (std::vector<std::string>{"x: regime adaptive -> chaotic, ratio_norm 8 -> 5 (-3)",
                                      "y: ratio_norm 4 -> 4.5 (+0.5)", "z: not in the baseline",
                                      "w: only in the baseline"}));
  EXPECT_TRUE(changes_since({map}, map.rows).empty());
}

}  // namespace
}  // namespace phasescope::curvature
