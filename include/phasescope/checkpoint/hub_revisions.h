#pragma once

#include <string>
#include <vector>

namespace phasescope::checkpoint {

/// The revisions (branches and tags, such as "main" or "step1000") of `org/name` that the local hub cache
/// knows by name, sorted; none when it does not hold the repository.
std::vector<std::string> hub_revisions(const std::string& repository);

}  // namespace phasescope::checkpoint
