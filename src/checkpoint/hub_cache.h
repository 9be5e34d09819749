#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace phasescope::checkpoint {

/// The snapshot folder of `org/name[@revision]` in the local hub cache, or nothing when `model` has not that
/// form. The revision is a branch, tag or commit; default main. Errors: environment when the cache does not
/// hold it (the message names the folder).
std::optional<std::filesystem::path> find_in_hub_cache(const std::string& model);

}  // namespace phasescope::checkpoint
