#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "phasescope/intelliton/catalog.h"
#include "phasescope/intelliton/field_observer.h"
#include "phasescope/intelliton/model_null.h"
#include "phasescope/intelliton/robust_report.h"
#include "phasescope/intelliton/sign_audit.h"

namespace phasescope::intelliton {

struct SpeciesOptions {
  Options field;
  MatchOptions match;
  RobustOptions robust;
  std::size_t sign_audit_draws = 0;  ///< 0 leaves the audit out
};

struct CategoryCount {
  std::string name;
  std::size_t prompts = 0;
  int active_modes = 0;
};

/// What species.json says: the published catalogue and, named apart, the sound estimates beside it.
struct SpeciesReport {
  SpeciesOptions options;
  std::size_t n_prompts = 0;
  std::vector<CategoryCount> categories;
  std::int64_t nonfinite_states = 0;  ///< entries that counted as 0, over all prompts and state points
  std::string representative;
  FieldSummary representative_field;
  Catalog published;
  RobustReport robust;
  std::optional<SignAudit> sign_audit;
  std::vector<ModelNull> model_nulls;  ///< added by who ran the null networks (compare_with_null_runs)
};

/// Ends the observer's run. Errors: numerics when no prompt, or not the representative one, was seen to its
/// last state point.
SpeciesReport species_report(FieldObserver& observer, const SpeciesOptions& options);

}  // namespace phasescope::intelliton
