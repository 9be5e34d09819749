#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "phasescope/base/json.h"

namespace phasescope::sweep {

/// A merged point and the run folder that holds its reports.
struct MergedReport {
  std::string point;
  std::filesystem::path folder;
};

/// figures/ct_over_training.svg and figures/species_over_training.svg of a sweep.json, and the phase map over
/// all points with a ct report; each where there is something to draw.
void write_merged_figures(const Json& sweep, const std::vector<MergedReport>& reports,
                          const std::filesystem::path& output);

}  // namespace phasescope::sweep
