#include "phasescope/curvature/prompt_resampling.h"

namespace phasescope::curvature {

void PromptResampling::add(const std::string& group, std::int64_t prompt) {
  groups_.push_back(group);
  const auto known = prompt < 0 ? known_.end() : known_.find({group, prompt});
  clusters_.push_back(known == known_.end() ? prompts_ : known->second);
  if (known != known_.end()) return;
  if (prompt >= 0) known_[{group, prompt}] = prompts_;
  ++prompts_;
}

stats::BootstrapDraws PromptResampling::bootstrap(const stats::ResampleStatistics& statistics,
                                                  const stats::BootstrapOptions& options) const {
  return stats::clustered_bootstrap(stats::group_numbers(groups_), clusters_, statistics, options);
}

}  // namespace phasescope::curvature
