#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "phasescope/stats/bootstrap.h"

namespace phasescope::curvature {

/// Runs as a bootstrap draws them: prompts within their group, each with all its runs. The runs of one prompt
/// share its text and are not independent, so they must not be drawn one by one. With one run a prompt this
/// is the bootstrap of runs within their group.
class PromptResampling {
 public:
  /// The next run, which is item 0, 1, .. of the statistics. `group` is the prompt's category or another
  /// class; runs of one prompt in different groups are drawn apart. A negative `prompt` has no other run.
  void add(const std::string& group, std::int64_t prompt);

  stats::BootstrapDraws bootstrap(const stats::ResampleStatistics& statistics,
                                  const stats::BootstrapOptions& options) const;
  /// The same draws, for statistics that need no more than how often each run was drawn.
  stats::BootstrapDraws counted_bootstrap(std::size_t statistics, const stats::CountedStatistics& evaluate,
                                          const stats::BootstrapOptions& options) const;
  std::size_t prompts() const { return prompts_; }

 private:
  stats::DrawCounts counts_of_runs(const stats::DrawCounts& of_prompts) const;

  std::vector<std::string> groups_;      ///< of each run
  std::vector<std::size_t> clusters_;    ///< the prompt of each run
  std::vector<std::string> of_prompts_;  ///< the group of each prompt
  std::map<std::pair<std::string, std::int64_t>, std::size_t> known_;
  std::size_t prompts_ = 0;
};

}  // namespace phasescope::curvature
