#pragma once

#include <filesystem>
#include <vector>

#include "phasescope/base/json.h"
#include "phasescope/sweep/points.h"
#include "phasescope/sweep/sweep_file.h"

namespace phasescope::sweep {

/// What a sweep will do.
struct SweepPlan {
  std::vector<Axis> axes;     ///< as in the file; the values of the first, models, are the entries as typed
  std::vector<Point> points;  ///< in the order in which they run
  /// What must be equal for two sweeps to be the same one: version, digests of prompt sets and regime bands,
  /// names and options of all points. Models are known by the digests of their files, point by point.
  Json identity;
};

/// Reads the file, expands its models and reads the prompt sets; opens no model. Errors: those of
/// read_sweep_file, make_points and the prompt sets.
SweepPlan make_sweep_plan(const std::filesystem::path& file, const OptionsReader& reader);

}  // namespace phasescope::sweep
