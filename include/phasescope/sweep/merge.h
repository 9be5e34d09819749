#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

namespace phasescope::sweep {

struct MergeSummary {
  std::filesystem::path folder;
  std::size_t points = 0;
  std::size_t partial = 0;  ///< points some of whose prompts failed
};

/// sweep.json in the folder of a merged sweep. It is written last.
std::filesystem::path merged_file(const std::filesystem::path& folder);
/// False too where a process was killed while it merged into a folder that had been merged before.
bool is_merged(const std::filesystem::path& folder);

/// Puts the points of one sweep together that lie in one folder or in several (shares on machines without a
/// common file system), in whatever order these are named, and writes sweep.json, sweep.csv, the phase map
/// and figures into `output`, which is locked for that. Errors: folder_busy when the folders hold different
/// sweeps or another process is merging into `output`, and one that lists all points that are missing,
/// failed, damaged, or finished twice with different results.
MergeSummary merge_sweeps(const std::vector<std::filesystem::path>& folders,
                          const std::filesystem::path& output);

}  // namespace phasescope::sweep
