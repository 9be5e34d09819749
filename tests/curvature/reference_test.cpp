// Against scripts/ct_reference.py, which computes the same quantities with numpy in extended precision from
// their defining formulas.
#include "trajectories.h"

#include <gtest/gtest.h>

#include "phasescope/curvature/pair_table.h"
#include "phasescope/curvature/run_statistics.h"
#include "phasescope/curvature/shuffled_null.h"

namespace phasescope::curvature {
namespace {

constexpr double agreement = 1e-9;

void expect_number(const std::string& name, double found, const Json& expected) {
  if (expected.is_null()) {
    EXPECT_TRUE(std::isnan(found)) << name;
  } else {
    const double value = expected;
    EXPECT_NEAR(found, value, agreement * std::max(1e-6, std::abs(value))) << name;
  }
}

void expect_numbers(const std::string& name, const std::vector<double>& found, const Json& expected) {
  ASSERT_EQ(found.size(), expected.size()) << name;
  for (std::size_t i = 0; i < found.size(); ++i) {
    expect_number(name + "[" + std::to_string(i) + "]", found[i], expected[i]);
  }
}

void expect_optional(const std::string& name, const std::optional<double>& found, const Json& expected) {
  expect_number(name, found.value_or(undefined), expected);
}

TEST(Reference, AgreesInEveryDefinition) {
  for (const Json& item : testing::fixture("trajectories.json")) {
    const States states = testing::states_from(item.at("states"));
    for (const Alignment alignment : {Alignment::causal, Alignment::centred}) {
      Definition base;
      base.alignment = alignment;
      for (const Definition& definition : all_combinations(base)) {
        const std::string name = item.at("name").get<std::string>() + " " + ct_id(definition);
        const Json& expected = item.at("expected").at(std::string(name_of(definition.norm)));
        const NormalisedStates normalised = normalise(states, definition.norm);
        EXPECT_EQ(normalised.dropped, expected.at("dropped").get<std::vector<std::int64_t>>()) << name;
        const TrajectoryTerms terms = trajectory_terms(normalised, definition);
        const std::string delta(name_of(definition.delta));
        const std::string curvature(name_of(definition.curvature));
        const std::string suffix = "/" + std::string(name_of(alignment));
        expect_numbers(name + " ct", terms.ct, expected.at("ct").at(delta + "x" + curvature + suffix));
        expect_numbers(name + " delta", terms.delta, expected.at("delta").at(delta + suffix));
        expect_numbers(name + " curvature", terms.curvature, expected.at("curvature").at(curvature));
      }
    }
  }
}

void expect_statistics(const std::string& name, const RunStatistics& found, const Json& expected) {
  expect_number(name + " max", found.max, expected.at("max"));
  expect_number(name + " mean", found.mean, expected.at("mean"));
  expect_number(name + " median", found.median, expected.at("median"));
  expect_number(name + " p95", found.p95, expected.at("p95"));
  expect_number(name + " std", found.deviation, expected.at("std"));
  expect_optional(name + " ratio_norm", found.ratio_norm, expected.at("ratio_norm"));
  expect_optional(name + " p95_over_median", found.p95_over_median, expected.at("p95_over_median"));
  EXPECT_EQ(found.argmax, expected.at("argmax")) << name;
  expect_number(name + " late_ct", found.late_ct, expected.at("late_ct"));
  expect_number(name + " debt_max", found.debt_max, expected.at("debt_max"));
  expect_number(name + " debt_final", found.debt_final, expected.at("debt_final"));
  expect_optional(name + " mean_delta", found.mean_delta, expected.at("mean_delta"));
  expect_optional(name + " mean_curvature", found.mean_curvature, expected.at("mean_curvature"));
}

TEST(Reference, AgreesInRunStatisticsAndNulls) {
  for (const Json& item : testing::fixture("runs.json")) {
    Definition definition = parse_ct_id(item.at("ct_id").get<std::string>());
    definition.clip = parse_name<Clip>(item.at("clip").get<std::string>());
    const std::string name = item.at("id").get<std::string>() + " " + ct_id(definition);
    const NormalisedStates states = normalise(testing::states_from(item.at("states")), definition.norm);
    const TrajectoryTerms terms = trajectory_terms(states, definition);
    expect_statistics(name, run_statistics(terms, definition.clip), item.at("statistics"));
    const ShuffledNull null = shuffled_null(PairTable(states, definition), terms.ct, definition,
                                            {item.at("draws"), item.at("seed"), item.at("id")});
    for (const Json& row : item.at("null")) {
      const auto found = null.at(row[0]);
      ASSERT_TRUE(found) << name;
      const std::string where = name + " null of " + row[0].dump();
      expect_number(where + " mean", found->mean, row[1].at("mean"));
      expect_number(where + " low", found->low, row[1].at("low"));
      expect_number(where + " high", found->high, row[1].at("high"));
      expect_number(where + " p", found->p_value, row[1].at("p_value"));
      EXPECT_EQ(name_of(found->side), row[1].at("side").get<std::string>()) << where;
    }
    const Json& means = item.at("null_means");
    expect_optional(name + " null mean ct", null.means.mean_ct, means[0]);
    expect_optional(name + " null late ct", null.means.late_ct, means[1]);
    expect_optional(name + " null delta", null.means.mean_delta, means[2]);
    expect_optional(name + " null curvature", null.means.mean_curvature, means[3]);
  }
}

}  // namespace
}  // namespace phasescope::curvature
