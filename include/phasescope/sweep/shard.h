#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace phasescope::sweep {

/// Which share of a sweep's points a process takes.
struct Shard {
  std::size_t number = 1;  ///< from 1
  std::size_t count = 1;   ///< 1: all points

  bool is_whole() const { return count == 1; }
  /// "2/8", as it is typed.
  std::string text() const;
  /// "2-of-8", in names of files.
  std::string file_name() const;
  /// Its points, [first, second) of `points`: consecutive ones, which share models, in shares whose sizes
  /// differ by one at most.
  std::pair<std::size_t, std::size_t> range(std::size_t points) const;
};

/// "i/n" with 1 <= i <= n, or "slurm" for the task of a job array that this process runs in, by
/// SLURM_ARRAY_TASK_ID, _MIN, _STEP and _COUNT; those stay what they were when a task is requeued. Errors:
/// usage for other texts, and for an array with gaps; environment outside an array.
Shard parse_shard(const std::string& text);

}  // namespace phasescope::sweep
