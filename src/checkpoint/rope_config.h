#pragma once

#include "config_reader.h"

#include "phasescope/checkpoint/architecture.h"

namespace phasescope::checkpoint {

/// What a family assumes where config.json is silent.
struct RopeDefaults {
  double theta = 10000;
  double rotated_share = 1;             ///< part of each head's channels that is rotated
  std::int64_t original_positions = 0;  ///< before context extension; 0: the maximum
};

/// Reads either spelling of the rotary settings (`rope_theta` with `rope_scaling`, or `rope_parameters`).
/// `maximum_positions` and `head_dim` are the model's. Errors: input_file for unknown types and missing or
/// impossible settings.
Rope read_rope(ConfigReader& config, std::int64_t head_dim, std::int64_t maximum_positions,
               const RopeDefaults& defaults);

/// One layer type's settings of a nested `rope_parameters` (gemma 3).
Rope read_rope_settings(const JsonObject& settings, std::int64_t head_dim, std::int64_t maximum_positions,
                        const RopeDefaults& defaults);

}  // namespace phasescope::checkpoint
