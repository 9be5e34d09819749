#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "phasescope/base/json.h"
#include "phasescope/intelliton/field_observer.h"
#include "phasescope/intelliton/pair_observer.h"
#include "phasescope/intelliton/species_report.h"
#include "phasescope/run/options.h"

namespace phasescope::run {

/// The analysis options of a run, with its seed, nulls and state convention.
intelliton::SpeciesOptions species_options(intelliton::Options field, const NullOptions& nulls,
                                           std::uint64_t seed, bool last_point_after_norm);

/// The Intelliton part of a run: its observers, and the files once all prompts were seen.
class SpeciesJob {
 public:
  /// `detail`: also collect what detail.json needs, which keeps every field's whole analysis. `scratch`: a
  /// folder that exists once states are shown, for what does not stay in memory.
  SpeciesJob(const intelliton::SpeciesOptions& options, bool detail,
             const std::vector<states::Sequence>& sequences, const std::filesystem::path& scratch);

  states::Observer& observer() { return fields_; }
  /// Call once, when all prompts were seen.
  intelliton::SpeciesReport report();
  /// Writes species.json, its tables and figures, and detail.json where it was asked for (with `pairs` if
  /// there are any).
  void write(const std::filesystem::path& folder, const intelliton::SpeciesReport& report, const Json& model,
             const intelliton::PairObserver* pairs) const;

 private:
  Json detail_json(const intelliton::Catalog& catalog, const intelliton::PairObserver* pairs) const;
  Json dynamics_json(const intelliton::Catalog& catalog) const;

  intelliton::SpeciesOptions options_;
  bool detail_;
  std::vector<states::Sequence> sequences_;  // for detail.json, else empty
  intelliton::FieldObserver fields_;
};

}  // namespace phasescope::run
