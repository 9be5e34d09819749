#pragma once

#include <cstdint>
#include <vector>

#include "phasescope/intelliton/catalog.h"

namespace phasescope::intelliton {

/// A quantity of the published catalogue over random signs.
struct AuditRange {
  double published = 0;
  double low = 0;  ///< smallest over the draws
  double median = 0;
  double high = 0;  ///< largest
};

/// How far the published catalogue moves when the arbitrary signs of singular vectors are drawn at random.
struct SignAudit {
  std::size_t draws = 0;
  AuditRange n_species;
  AuditRange first_species_categories;  ///< how many categories species I_0 is active in
  AuditRange first_species_occupation;  ///< of I_0 in the representative field
};

/// Flips the right vectors of every prompt and mode at random, `draws` >= 1 times, and builds the catalogue
/// again. Prompts that keep no vectors (kArraySamples) keep their sign. `categories` is changed meanwhile
/// and restored.
SignAudit audit_signs(std::vector<CategoryFields>& categories, const FieldAnalysis& representative,
                      const Options& options, std::size_t draws, std::uint64_t seed);

}  // namespace phasescope::intelliton
