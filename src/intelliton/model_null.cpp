#include "phasescope/intelliton/model_null.h"

#include <algorithm>

#include "phasescope/intelliton/robust_quantities.h"

namespace phasescope::intelliton {
namespace {

NullQuantity compare_species(const SpeciesQuantity& quantity, const RobustReport& run,
                             const std::vector<RobustReport>& null_runs) {
  NullQuantity result{quantity.name, std::nullopt, {}};
  for (const RobustReport& null_run : null_runs) {
    for (const RobustSpecies& species : null_run.species)
      result.range = joined(result.range, extent_of((species.*quantity.estimate).estimate));
  }
  for (const RobustSpecies& species : run.species)
    result.inside.push_back(is_inside((species.*quantity.estimate).estimate, result.range));
  return result;
}

NullQuantity compare_run(const FieldQuantity& quantity, const RobustReport& run,
                         const std::vector<RobustReport>& null_runs) {
  NullQuantity result{quantity.name, std::nullopt, {}};
  for (const RobustReport& null_run : null_runs)
    result.range = joined(result.range, extent_of((null_run.*quantity.estimate).estimate));
  result.inside.push_back(is_inside((run.*quantity.estimate).estimate, result.range));
  return result;
}

}  // namespace

std::optional<ValueRange> extent_of(const stats::Estimate& estimate) {
  if (!estimate.value) return std::nullopt;
  return ValueRange{std::min(*estimate.value, estimate.low.value_or(*estimate.value)),
                    std::max(*estimate.value, estimate.high.value_or(*estimate.value))};
}

std::optional<ValueRange> joined(const std::optional<ValueRange>& a, const std::optional<ValueRange>& b) {
  if (!a || !b) return a ? a : b;
  return ValueRange{std::min(a->low, b->low), std::max(a->high, b->high)};
}

std::optional<bool> is_inside(const stats::Estimate& estimate, const std::optional<ValueRange>& range) {
  if (!estimate.value || !range) return std::nullopt;
  return range->contains(*estimate.value);
}

ModelNull compare_with_null_runs(const std::string& name, const RobustReport& run,
                                 const std::vector<RobustReport>& null_runs) {
  ModelNull null;
  null.name = name;
  null.networks = null_runs.size();
  for (const FieldQuantity& quantity : robust_field_quantities())
    null.of_run.push_back(compare_run(quantity, run, null_runs));
  for (const SpeciesQuantity& quantity : robust_species_quantities())
    null.of_species.push_back(compare_species(quantity, run, null_runs));
  return null;
}

}  // namespace phasescope::intelliton
