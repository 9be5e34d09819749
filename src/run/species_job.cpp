#include "species_job.h"

#include <utility>

#include "phasescope/intelliton/catalog.h"

namespace phasescope::run {
namespace {

intelliton::Options with_state_point(intelliton::Options options, bool after_final_norm) {
  options.last_point_after_norm = after_final_norm;
  return options;
}

}  // namespace

SpeciesJob::SpeciesJob(intelliton::Options options, bool after_final_norm, bool detail,
                       const std::vector<states::Sequence>& sequences)
    : options_(with_state_point(std::move(options), after_final_norm)), detail_(detail), observer_(sequences, options_, detail) {}

std::int64_t SpeciesJob::write(const std::filesystem::path& folder, const Json& model) {
  (void)folder;
  (void)model;
  const intelliton::Catalog catalog = intelliton::build_catalog(observer_.take_categories(), *observer_.representative(), options_);
  return static_cast<std::int64_t>(catalog.species.size());
}

}  // namespace phasescope::run
