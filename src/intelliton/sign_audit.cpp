#include "phasescope/intelliton/sign_audit.h"

#include <algorithm>

#include "phasescope/intelliton/occupation.h"
#include "phasescope/stats/descriptive.h"
#include "phasescope/stats/random.h"

namespace phasescope::intelliton {
namespace {

using Eigen::Index;

void flip_signs(CategoryFields& category, stats::RandomStream& stream) {
  for (std::size_t p = 0; p < category.prompts.size(); ++p) {
    const FieldSummary* prompt = category.prompts.in_memory(p);
    if (prompt == nullptr) continue;
    for (Index i = 0; i < prompt->middle_right.rows(); ++i) {
      if (stream.below(2) == 0) continue;
      category.right_sum.row(i) -= 2 * prompt->middle_right.row(i).cast<double>();
    }
  }
}

struct CatalogSize {
  double species = 0;
  double first_categories = 0;
  double first_occupation = 0;
};

CatalogSize measure(const std::vector<CategoryFields>& categories, const FieldAnalysis& representative,
                    const ModeObservables& field, const Options& options) {
  const Catalog catalog = build_catalog(categories, representative, options);
  CatalogSize size;
  size.species = static_cast<double>(catalog.species.size());
  if (catalog.species.empty()) return size;
  size.first_categories = static_cast<double>(catalog.species.front().categories.size());
  size.first_occupation = observe_species(field, {catalog.species.front()}).front().occupation;
  return size;
}

AuditRange range_of(const CatalogSize& published, const std::vector<CatalogSize>& draws,
                    double CatalogSize::*quantity) {
  std::vector<double> values;
  for (const CatalogSize& draw : draws) values.push_back(draw.*quantity);
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return {published.*quantity, *low, stats::median(values), *high};
}

}  // namespace

SignAudit audit_signs(std::vector<CategoryFields>& categories, const FieldAnalysis& representative,
                      const Options& options, std::size_t draws, std::uint64_t seed) {
  const ModeObservables field = mode_observables(representative);
  const CatalogSize published = measure(categories, representative, field, options);
  std::vector<RowMatrix> sums;
  for (const CategoryFields& category : categories) sums.push_back(category.right_sum);
  std::vector<CatalogSize> sizes;
  for (std::size_t draw = 0; draw < draws; ++draw) {
    stats::RandomStream stream(stats::stream_key(seed, "sign audit", draw));
    for (CategoryFields& category : categories) flip_signs(category, stream);
    sizes.push_back(measure(categories, representative, field, options));
    for (std::size_t c = 0; c < categories.size(); ++c) categories[c].right_sum = sums[c];
  }
  return {draws, range_of(published, sizes, &CatalogSize::species),
          range_of(published, sizes, &CatalogSize::first_categories),
          range_of(published, sizes, &CatalogSize::first_occupation)};
}

}  // namespace phasescope::intelliton
