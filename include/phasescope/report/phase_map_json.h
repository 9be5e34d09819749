#pragma once

#include <string>
#include <vector>

#include "phasescope/base/json.h"
#include "phasescope/curvature/phase_map.h"

namespace phasescope::report {

/// Shares of the variance of log ratio_norm as published, for comparison.
struct PublishedShares {
  double model = 0;
  double category = 0;
  double residual = 0;
  std::string source;
};

/// phase_map.json (configs/schemas/phase_map.schema.json): one map for each definition, and what they were
/// made with.
Json phase_maps_to_json(const std::vector<curvature::PhaseMap>& maps,
                        const curvature::PhaseMapOptions& options, const PublishedShares& published);

/// phase_map.csv: one row a model and definition, the numbers of phase_map.json's rows.
std::string phase_maps_to_csv(const std::vector<curvature::PhaseMap>& maps);

/// The rows of an older phase_map.json, as far as gates need them. Errors: input_file for another kind of
/// document or a field of the wrong type.
std::vector<curvature::PhaseMapRow> read_phase_map_rows(const Json& document, const std::string& file);

}  // namespace phasescope::report
