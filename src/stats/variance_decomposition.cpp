#include "phasescope/stats/variance_decomposition.h"

#include <array>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include <Eigen/Dense>

namespace phasescope::stats {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

enum Term : std::size_t { model, category, interaction, prompt, residual };
constexpr std::array<const char*, 5> term_names = {"model", "category", "interaction", "prompt(category)",
                                                   "residual"};

/// Indicator columns of one factor, [observations, levels that occur].
template <class LevelOf>
MatrixXd indicators(const std::vector<FactorialObservation>& observations, LevelOf level_of) {
  std::map<decltype(level_of(observations.front())), Index> column;
  for (const auto& observation : observations) {
    column.emplace(level_of(observation), static_cast<Index>(column.size()));
  }
  MatrixXd matrix =
      MatrixXd::Zero(static_cast<Index>(observations.size()), static_cast<Index>(column.size()));
  for (std::size_t i = 0; i < observations.size(); ++i) {
    matrix(static_cast<Index>(i), column.at(level_of(observations[i]))) = 1;
  }
  return matrix;
}

MatrixXd side_by_side(const MatrixXd& left, const MatrixXd& right) {
  MatrixXd both(left.rows(), left.cols() + right.cols());
  both << left, right;
  return both;
}

/// An orthonormal basis of the columns' span, found with column pivoting: its size is the rank.
MatrixXd basis_of(const MatrixXd& design) {
  const Eigen::ColPivHouseholderQR<MatrixXd> qr(design);
  return qr.householderQ() * MatrixXd::Identity(design.rows(), qr.rank());
}

struct Design {
  std::array<MatrixXd, 4> effects;  ///< indicator columns of model, category, interaction, prompt
  MatrixXd models, models_categories, prompts, models_prompts, cells, full;  ///< bases of the fitted spaces

  explicit Design(const std::vector<FactorialObservation>& data)
      : effects{indicators(data, [](const auto& o) { return o.model; }),
                indicators(data, [](const auto& o) { return o.category; }),
                indicators(data, [](const auto& o) { return std::pair(o.model, o.category); }),
                indicators(data, [](const auto& o) { return std::pair(o.category, o.prompt); })},
        models(basis_of(effects[model])),
        models_categories(basis_of(side_by_side(effects[model], effects[category]))),
        prompts(basis_of(effects[prompt])),
        models_prompts(basis_of(side_by_side(effects[model], effects[prompt]))),
        cells(basis_of(effects[interaction])),
        full(basis_of(side_by_side(effects[interaction], effects[prompt]))) {}

  /// The smaller and the larger fit whose difference is the type II sum of squares of a term.
  std::pair<const MatrixXd*, const MatrixXd*> fits_of(Term term) const {
    switch (term) {
      case model:
        return {&prompts, &models_prompts};
      case category:
        return {&models, &models_categories};
      case interaction:
        return {&models_prompts, &full};
      default:
        return {&cells, &full};
    }
  }
};

double squared_projection(const MatrixXd& basis, const MatrixXd& columns) {
  return (basis.transpose() * columns).squaredNorm();
}

VectorXd fitted(const MatrixXd& basis, const VectorXd& values) {
  return basis * (basis.transpose() * values);
}

VarianceRow row_of(Term term, const Design& design, const VectorXd& values) {
  const auto [smaller, larger] = design.fits_of(term);
  VarianceRow row;
  row.term = term_names[term];
  row.degrees_of_freedom = static_cast<std::size_t>(larger->cols() - smaller->cols());
  if (row.degrees_of_freedom > 0) {
    row.sum_of_squares = (fitted(*larger, values) - fitted(*smaller, values)).squaredNorm();
  }
  return row;
}

VarianceRow residual_row(const Design& design, const VectorXd& values) {
  VarianceRow row;
  row.term = term_names[residual];
  row.degrees_of_freedom = static_cast<std::size_t>(values.size() - design.full.cols());
  if (row.degrees_of_freedom > 0) {
    row.sum_of_squares = (values - fitted(design.full, values)).squaredNorm();
  }
  return row;
}

void add_effect_sizes(VarianceDecomposition& result) {
  for (VarianceRow& row : result.rows) {
    const auto freedom = static_cast<double>(row.degrees_of_freedom);
    if (row.degrees_of_freedom > 0) row.mean_square = row.sum_of_squares / freedom;
    row.eta_squared_chance = freedom / static_cast<double>(result.observations - 1);
    if (result.total_sum_of_squares > 0) row.eta_squared = row.sum_of_squares / result.total_sum_of_squares;
  }
  const auto residual_square = result.rows[residual].mean_square;
  if (!residual_square || result.total_sum_of_squares == 0) return;
  for (std::size_t term = model; term < residual; ++term) {
    VarianceRow& row = result.rows[term];
    const auto error = term == category ? result.rows[prompt].mean_square : residual_square;
    if (!error || !row.mean_square) continue;
    row.omega_squared = (row.sum_of_squares - static_cast<double>(row.degrees_of_freedom) * *error) /
                        (result.total_sum_of_squares + *residual_square);
  }
}

/// E[SS of a term] = sum over effects of component x trace(Z' (P_larger - P_smaller) Z) + df x residual
/// component. Effects contained in the smaller fit drop out, which leaves a triangular system: prompt and
/// interaction first, then model, then category.
void add_components(VarianceDecomposition& result, const Design& design) {
  const auto error = result.rows[residual].mean_square;
  if (!error) return;
  result.rows[residual].component = error;
  for (const Term term : {interaction, prompt, model, category}) {
    const auto [smaller, larger] = design.fits_of(term);
    const auto coefficient = [&, small = smaller, large = larger](Term effect) {
      return squared_projection(*large, design.effects[effect]) -
             squared_projection(*small, design.effects[effect]);
    };
    VarianceRow& row = result.rows[term];
    if (row.degrees_of_freedom == 0) continue;
    double rest = row.sum_of_squares - static_cast<double>(row.degrees_of_freedom) * *error;
    bool known = true;
    const std::vector<Term> contained = term == model      ? std::vector<Term>{interaction}
                                        : term == category ? std::vector<Term>{interaction, prompt}
                                                           : std::vector<Term>{};
    for (const Term effect : contained) {
      // A term without degrees of freedom has no estimate, so neither has what depends on it.
      known = known && result.rows[effect].component.has_value();
      rest -= coefficient(effect) * result.rows[effect].component.value_or(0);
    }
    if (known) row.component = rest / coefficient(term);
  }
}

std::string reason_against(const std::vector<FactorialObservation>& observations) {
  std::set<std::size_t> models;
  std::set<std::size_t> categories;
  for (const auto& observation : observations) {
    models.insert(observation.model);
    categories.insert(observation.category);
  }
  if (models.size() < 2) return "fewer than two models";
  if (categories.size() < 2) return "fewer than two prompt categories";
  return {};
}

}  // namespace

VarianceDecomposition decompose_variance(const std::vector<FactorialObservation>& observations) {
  VarianceDecomposition result;
  result.observations = observations.size();
  result.reason = reason_against(observations);
  if (!result.reason.empty()) return result;

  VectorXd values(static_cast<Index>(observations.size()));
  for (std::size_t i = 0; i < observations.size(); ++i) values[static_cast<Index>(i)] = observations[i].value;
  // The mean lies in every fitted space; taking it away first keeps the differences of projections accurate.
  values.array() -= values.mean();
  result.total_sum_of_squares = values.squaredNorm();

  const Design design(observations);
  for (const Term term : {model, category, interaction, prompt}) {
    result.rows.push_back(row_of(term, design, values));
  }
  result.rows.push_back(residual_row(design, values));
  add_effect_sizes(result);
  add_components(result, design);
  if (result.rows[residual].degrees_of_freedom == 0)
    result.reason = "no degrees of freedom left for the residual";
  return result;
}

}  // namespace phasescope::stats
