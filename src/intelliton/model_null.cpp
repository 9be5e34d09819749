#include "phasescope/intelliton/model_null.h"

#include <algorithm>

namespace phasescope::intelliton {
namespace {

using Quantity = const stats::Estimate& (*)(const RobustSpecies&);

const stats::Estimate& growth_rate(const RobustSpecies& species) {
  return species.growth_rate.estimate;
}

const stats::Estimate& spin(const RobustSpecies& species) {
  return species.spin.estimate;
}

/// The estimate with its interval, where it has one.
std::optional<ValueRange> extent(const stats::Estimate& estimate) {
  if (!estimate.value) return std::nullopt;
  return ValueRange{std::min(*estimate.value, estimate.low.value_or(*estimate.value)),
                    std::max(*estimate.value, estimate.high.value_or(*estimate.value))};
}

std::optional<ValueRange> extent(const RobustReport& report, Quantity quantity) {
  std::optional<ValueRange> all;
  for (const RobustSpecies& species : report.species) {
    const auto one = extent(quantity(species));
    if (!one) continue;
    all = all ? ValueRange{std::min(all->low, one->low), std::max(all->high, one->high)} : *one;
  }
  return all;
}

std::optional<bool> inside(const stats::Estimate& estimate, const std::optional<ValueRange>& range) {
  if (!estimate.value || !range) return std::nullopt;
  return range->contains(*estimate.value);
}

std::vector<std::optional<bool>> all_inside(const RobustReport& run, Quantity quantity,
                                            const std::optional<ValueRange>& range) {
  std::vector<std::optional<bool>> marks;
  for (const RobustSpecies& species : run.species) marks.push_back(inside(quantity(species), range));
  return marks;
}

}  // namespace

ModelNull compare_with_null_run(const std::string& name, const RobustReport& run,
                                const RobustReport& null_run) {
  ModelNull null;
  null.name = name;
  null.n_species = null_run.n_species;
  null.growth_rate = extent(null_run, growth_rate);
  null.spin = extent(null_run, spin);
  null.species_count_inside = inside(run.n_species, extent(null_run.n_species));
  null.growth_rate_inside = all_inside(run, growth_rate, null.growth_rate);
  null.spin_inside = all_inside(run, spin, null.spin);
  return null;
}

}  // namespace phasescope::intelliton
