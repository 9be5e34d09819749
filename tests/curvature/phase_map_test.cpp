#include "phasescope/curvature/phase_map.h"

#include <cmath>

#include <gtest/gtest.h>

#include "phasescope/base/error.h"

namespace phasescope::curvature {
namespace {

/// Two categories, a and b, of two prompts each.
MapReport report(const std::string& model, const std::vector<double>& ratios, std::int64_t seed = 1) {
  MapReport result;
  result.ct_id = "l2/chordxturning/causal/generated/last";
  result.model = model;
  result.seed = seed;
  result.temperature = 0.0;
  for (std::size_t i = 0; i < ratios.size(); ++i) {
    result.runs.push_back({"p" + std::to_string(i), i < 2 ? "a" : "b", ratios[i]});
  }
  result.ratio_norm.value = ratios[0];
  result.regime = ratios[0] > 2 ? "adaptive" : "underactive";
  result.confidence = {{"underactive", 0.25}, {"adaptive", 0.75}};
  return result;
}

std::vector<MapReport> three_models() {
  return {report("x", {1, 2, 9, 8}), report("y", {2, 3, 7, 6}), report("z", {5, 6, 5, 4})};
}

TEST(PhaseMap, HasARowAReport) {
  const PhaseMap map = make_phase_map(three_models());
  ASSERT_EQ(map.rows.size(), 3U);
  EXPECT_EQ(map.rows[2].model, "z");
  EXPECT_EQ(map.rows[2].n_runs, 4U);
  EXPECT_EQ(map.rows[2].confidence, 0.75);
  EXPECT_EQ(map.rows[0].confidence, 0.25);
  EXPECT_NEAR(map.rows[2].spread.value(), std::sqrt(0.5), 1e-15);
}

// Category a ranks the models x < y < z, category b the other way round.
TEST(PhaseMap, ComparesTheRanksOfModels) {
  const PhaseMap map = make_phase_map(three_models());
  ASSERT_EQ(map.agreements.size(), 1U);
  EXPECT_EQ(map.agreements[0].condition, "category");
  EXPECT_EQ(map.agreements[0].tau, -1);
  EXPECT_EQ(map.agreements[0].n_models, 3U);
}

TEST(PhaseMap, ComparesSeedsOfTheSameModels) {
  std::vector<MapReport> reports = three_models();
  reports.push_back(report("x", {1, 2, 9, 8}, 2));
  const PhaseMap map = make_phase_map(reports);
  ASSERT_EQ(map.agreements.size(), 2U);
  EXPECT_EQ(map.agreements[1].condition, "seed");
  EXPECT_FALSE(map.agreements[1].tau);
  EXPECT_EQ(map.agreements[1].reason, "fewer than two models in common");
}

TEST(PhaseMap, DecomposesLogRatios) {
  const auto map = make_phase_map(three_models());
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

TEST(PhaseMap, RefusesToMixDefinitions) {
  std::vector<MapReport> reports = three_models();
  reports[1].ct_id = "raw/chordxturning/causal/generated/last";
  EXPECT_THROW(make_phase_map(reports), Error);
  EXPECT_THROW(make_phase_map({}), Error);
}

TEST(GateValues, CompareWithABaseline) {
  const PhaseMap map = make_phase_map(three_models());
  std::vector<PhaseMapRow> baseline = map.rows;
  baseline[0].ratio_norm.value = 4;
  baseline[0].regime = "adaptive";
  baseline[1].ratio_norm.value = 1.5;
  baseline[2].model = "w";
  const GateValues values = gate_values(map, baseline);
  EXPECT_EQ(values.at("models").value, 3);
  EXPECT_EQ(values.at("regime_flips").value, 1);
  EXPECT_EQ(values.at("models_added").value, 1);
  EXPECT_EQ(values.at("models_removed").value, 1);
  EXPECT_EQ(values.at("d.ratio_norm").value, -3);
  EXPECT_EQ(values.at("max.ratio_norm").value, 5);
  EXPECT_FALSE(values.at("d.mean_ct").value);
}

TEST(GateValues, HaveNoChangesWithoutABaseline) {
  const GateValues values = gate_values(make_phase_map(three_models()), std::nullopt);
  EXPECT_FALSE(values.at("regime_flips").value);
  EXPECT_EQ(values.at("d.ratio_norm").reason, "there is no baseline");
}

}  // namespace
}  // namespace phasescope::curvature
