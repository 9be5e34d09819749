#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "phasescope/base/json.h"
#include "phasescope/base/progress.h"
#include "phasescope/sweep/shard.h"
#include "phasescope/sweep/sweep_plan.h"

namespace phasescope::sweep {

struct SweepOptions {
  std::filesystem::path folder;
  Shard shard;
  ProgressStyle progress = ProgressStyle::automatic;
};

/// How a sweep, or a share of one, ended.
struct SweepSummary {
  std::filesystem::path folder;
  Shard shard;
  std::size_t points = 0;           ///< of this share
  std::size_t done_before = 0;      ///< finished by an earlier call
  std::size_t partial = 0;          ///< finished, but some of their prompts failed
  std::vector<std::string> failed;  ///< names of points that could not be run
  bool merged = false;              ///< the whole sweep is finished and merged

  bool nothing_to_do() const { return done_before == points && failed.empty(); }
};

/// Runs the points of a share that are not finished yet, each as a run folder of its own below
/// `folder`/points, with one line in the journal when it is done. A point whose model or prompts are wrong is
/// reported on stderr, and the others go on. When the whole sweep is one share and all points are finished,
/// they are merged (merge.h). Errors: folder_busy, also when the files of a finished point's model have
/// changed; interrupted; environment when the folder cannot be written.
SweepSummary execute_sweep(const SweepPlan& plan, const SweepOptions& options);

/// The line for people: "wrote DIR: 24 points (2 failed), 22 done before; merged".
std::string summary_line(const SweepSummary& summary);
/// {dir, shard, points, done_before, partial, failed [names], merged}
Json summary_to_json(const SweepSummary& summary);

}  // namespace phasescope::sweep
