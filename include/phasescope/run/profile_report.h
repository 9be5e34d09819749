#pragma once

#include <string>
#include <vector>

#include "phasescope/base/json.h"
#include "phasescope/base/profile.h"

namespace phasescope::run {

/// Seconds of a whole stage of a run.
struct StageTotal {
  std::string stage;
  double seconds = 0;
};

/// `profile` of manifest.json: [{stage, seconds, work [{name, calls, seconds, share, gflops,
/// gigabytes_per_second}]}]. `share` is of the stage; the rates are null where operations or bytes are not
/// counted. What a stage spends on no named work is its last entry, "rest".
Json profile_to_json(const std::vector<StageTotal>& totals, const std::vector<ProfileEntry>& entries);

/// The same as a table for people, one line a stage and a work.
std::string profile_to_text(const Json& profile);

}  // namespace phasescope::run
