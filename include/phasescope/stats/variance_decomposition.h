#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace phasescope::stats {

/// One measured value of a model on a prompt. Numbers count from 0; a prompt belongs to one category.
struct FactorialObservation {
  std::size_t model = 0;
  std::size_t category = 0;
  std::size_t prompt = 0;  ///< counts over all categories
  double value = 0;
};

/// One source of variance.
struct VarianceRow {
  std::string term;  ///< "model", "category", "interaction", "prompt(category)" or "residual"
  std::size_t degrees_of_freedom = 0;
  double sum_of_squares = 0;
  std::optional<double> mean_square;  ///< absent without degrees of freedom
  std::optional<double> eta_squared;  ///< SS / SS_total; absent when all values are equal
  double eta_squared_chance = 0;      ///< what eta squared would be by chance alone: df / (N - 1)
  /// (SS - df MS_error) / (SS_total + MS_residual), MS_error = that of prompts for the category, else of the
  /// residual. Absent for the residual and where a mean square is.
  std::optional<double> omega_squared;
  std::optional<double> component;  ///< variance component; may come out negative
};

struct VarianceDecomposition {
  std::vector<VarianceRow> rows;  ///< in the order named at VarianceRow::term; empty when undefined
  std::size_t observations = 0;
  double total_sum_of_squares = 0;  ///< about the mean
  std::string reason;               ///< why it, or its omega squared and components, are undefined
};

/// Analysis of variance of model x category with prompts nested in categories, for unbalanced data. Sums of
/// squares are of type II: each term is adjusted for all terms that do not contain it. Variance components
/// are by Henderson's method 3 (Henderson 1953; Searle, Casella and McCulloch, "Variance Components", 1992,
/// section 5.5): the same reductions in sum of squares are equated with their expectations, all effects
/// random. Undefined for fewer than two models, categories or observations.
VarianceDecomposition decompose_variance(const std::vector<FactorialObservation>& observations);

}  // namespace phasescope::stats
