#pragma once

#include <string>
#include <vector>

#include "phasescope/curvature/phase_map.h"
#include "phasescope/report/phase_map_json.h"

namespace phasescope::run {

/// phase_map.svg: a plane for each definition.
std::string phase_map_picture(const std::vector<curvature::PhaseMap>& maps, const curvature::Bands& bands,
                              const report::PublishedShares& published);

}  // namespace phasescope::run
