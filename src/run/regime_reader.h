#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "phasescope/curvature/bands.h"
#include "phasescope/curvature/phase_map.h"

namespace phasescope::run {

/// What a phase map needs of a regime.json.
struct RegimeFile {
  curvature::MapReport report;
  curvature::Bands bands;
  std::string weights;  ///< digest of the model's weights; empty: unknown
  std::uint64_t seed = 0;
  std::size_t bootstrap_draws = 0;
};

/// `path`: a run folder or a regime.json. The model is called as its report calls it, with the revision of
/// the run's manifest beside it where it had one; checkpoints whose folder is named by a training step alone
/// get the name of the folder around. Errors: environment when it cannot be read, input_file for what is no
/// regime.json.
RegimeFile read_regime(const std::filesystem::path& path);

}  // namespace phasescope::run
