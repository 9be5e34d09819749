#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace phasescope::checkpoint {

/// A snapshot in the local hub cache.
struct HubModel {
  std::string name;      ///< org/name
  std::string revision;  ///< branch or tag where one points to the snapshot, else the commit
  std::filesystem::path folder;
};

/// HF_HUB_CACHE, HF_HOME/hub or ~/.cache/huggingface/hub, the first that is set.
std::filesystem::path hub_cache_folder();

/// Snapshots with a config.json, by name and revision; none where there is no cache.
std::vector<HubModel> models_in_hub_cache();

}  // namespace phasescope::checkpoint
