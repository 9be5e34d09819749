#include "phasescope/intelliton/species_report.h"

#include "phasescope/base/error.h"

namespace phasescope::intelliton {

SpeciesReport species_report(FieldObserver& observer, const SpeciesOptions& options) {
  const FieldAnalysis* representative = observer.representative();
  if (representative == nullptr) {
    const std::string name = observer.representative_name();
    throw Error(ExitClass::numerics, name.empty()
                                         ? "no prompt has a complete field"
                                         : "the representative prompt " + name + " has no complete field");
  }
  std::vector<CategoryFields> categories = observer.take_categories();
  SpeciesReport report;
  report.options = options;
  report.representative = observer.representative_name();
  report.published = build_catalog(categories, *representative, options.field);
  for (const CategoryFields& category : categories) {
    for (std::size_t p = 0; p < category.prompts.size(); ++p) {
      const FieldSummary* prompt = category.prompts.in_memory(p);  // the representative is
      if (prompt != nullptr && prompt->name == report.representative) report.representative_field = *prompt;
    }
  }
  for (std::size_t c = 0; c < categories.size(); ++c) {
    report.categories.push_back(
        {categories[c].name, categories[c].prompts.size(), report.published.active_modes[c]});
    report.n_prompts += categories[c].prompts.size();
    report.nonfinite_states += categories[c].totals.nonfinite;
  }
  report.robust = robust_report(categories, options.field, options.robust);
  if (options.sign_audit_draws > 0) {
    report.sign_audit = audit_signs(categories, *representative, options.field, options.sign_audit_draws,
                                    options.robust.seed);
  }
  return report;
}

}  // namespace phasescope::intelliton
