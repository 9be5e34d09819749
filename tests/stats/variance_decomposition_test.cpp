#include "phasescope/stats/variance_decomposition.h"

#include "fixture.h"

#include <cmath>

#include <gtest/gtest.h>

namespace phasescope::stats {
namespace {

std::vector<FactorialObservation> observations_of(const Json& json) {
  std::vector<FactorialObservation> observations;
  for (const Json& row : json) observations.push_back({row[0], row[1], row[2], row[3]});
  return observations;
}

// Source: explicit projection matrices with numpy's pseudo-inverse, for balanced and unbalanced data.
TEST(DecomposeVariance, AgreesWithProjectionMatrices) {
  for (const Json& item : testing::fixture("stats/variance_decomposition.json")) {
    const VarianceDecomposition result = decompose_variance(observations_of(item.at("observations")));
    EXPECT_TRUE(result.reason.empty());
    EXPECT_NEAR(result.total_sum_of_squares, item.at("total"), 1e-9);
    ASSERT_EQ(result.rows.size(), 5U);
    for (const VarianceRow& row : result.rows) {
      const Json& expected = item.at("rows").at(row.term);
      EXPECT_EQ(row.degrees_of_freedom, expected.at("df")) << row.term;
      EXPECT_NEAR(row.sum_of_squares, expected.at("ss"), 1e-9) << row.term;
      EXPECT_NEAR(row.mean_square.value(), expected.at("ms"), 1e-9) << row.term;
      EXPECT_NEAR(row.eta_squared.value(), expected.at("eta2"), 1e-9) << row.term;
      EXPECT_NEAR(row.eta_squared_chance, expected.at("chance"), 1e-12) << row.term;
      EXPECT_NEAR(row.component.value(), expected.at("component"), 1e-9) << row.term;
      EXPECT_EQ(row.omega_squared.has_value(), expected.contains("omega2")) << row.term;
      if (row.omega_squared) {
        EXPECT_NEAR(*row.omega_squared, expected.at("omega2"), 1e-9) << row.term;
      }
    }
  }
}

// Closed form for balanced data, a models, b categories, n prompts each: sums of squares add up to the total
// and E[MS_model] = s_e^2 + n s_mc^2 + b n s_m^2, E[MS_mc] = s_e^2 + n s_mc^2, E[MS_prompt] = s_e^2 + a
// s_p^2.
TEST(DecomposeVariance, HasTheTextbookComponentsForBalancedData) {
  const Json item = testing::fixture("stats/variance_decomposition.json")[0];
  const VarianceDecomposition result = decompose_variance(observations_of(item.at("observations")));
  constexpr double a = 4;
  constexpr double b = 3;
  constexpr double n = 4;
  const auto& rows = result.rows;
  double sum = 0;
  for (const VarianceRow& row : rows) sum += row.sum_of_squares;
  EXPECT_NEAR(sum, result.total_sum_of_squares, 1e-10);
  EXPECT_NEAR(*rows[2].component, (*rows[2].mean_square - *rows[4].mean_square) / n, 1e-10);
  EXPECT_NEAR(*rows[0].component, (*rows[0].mean_square - *rows[2].mean_square) / (b * n), 1e-10);
  EXPECT_NEAR(*rows[3].component, (*rows[3].mean_square - *rows[4].mean_square) / a, 1e-10);
}

TEST(DecomposeVariance, IsUndefinedForOneModelOrCategory) {
  EXPECT_FALSE(decompose_variance({{0, 0, 0, 1}, {0, 1, 1, 2}}).reason.empty());
  EXPECT_FALSE(decompose_variance({{0, 0, 0, 1}, {1, 0, 0, 2}}).reason.empty());
  EXPECT_TRUE(decompose_variance({}).rows.empty());
}

// One prompt a category: nothing is left for prompts, so neither the category nor the residual has an error.
TEST(DecomposeVariance, SaysWhatATooSmallDesignCannotTell) {
  const auto result = decompose_variance({{0, 0, 0, 1.0}, {0, 1, 1, 2.0}, {1, 0, 0, 4.0}, {1, 1, 1, 3.5}});
  ASSERT_EQ(result.rows.size(), 5U);
  EXPECT_EQ(result.rows[4].degrees_of_freedom, 0U);
  EXPECT_FALSE(result.rows[1].omega_squared);
  EXPECT_FALSE(result.rows[0].component);
  EXPECT_FALSE(result.reason.empty());
  EXPECT_NEAR(result.rows[0].sum_of_squares, 2.25 * 2.25, 1e-12);  // ((7.5 - 3) / 2)^2
}

}  // namespace
}  // namespace phasescope::stats
