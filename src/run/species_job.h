#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "phasescope/base/json.h"
#include "phasescope/intelliton/field_observer.h"
#include "phasescope/intelliton/options.h"

namespace phasescope::run {

/// The Intelliton part of a run: its observer, and the files once all prompts were seen.
class SpeciesJob {
 public:
  SpeciesJob(intelliton::Options options, bool after_final_norm, bool detail, const std::vector<states::Sequence>& sequences);

  intelliton::FieldObserver& observer() { return observer_; }
  /// Writes species.json and tables/catalog.csv, with detail also detail.json; returns the number of species.
  std::int64_t write(const std::filesystem::path& folder, const Json& model);

 private:
  intelliton::Options options_;
  bool detail_;
  intelliton::FieldObserver observer_;
};

}  // namespace phasescope::run
