#include "phasescope/curvature/prompt_resampling.h"

#include <algorithm>

namespace phasescope::curvature {

void PromptResampling::add(const std::string& group, std::int64_t prompt) {
  groups_.push_back(group);
  const auto known = prompt < 0 ? known_.end() : known_.find({group, prompt});
  clusters_.push_back(known == known_.end() ? prompts_ : known->second);
  if (known != known_.end()) return;
  if (prompt >= 0) known_[{group, prompt}] = prompts_;
  of_prompts_.push_back(group);
  ++prompts_;
}

stats::BootstrapDraws PromptResampling::bootstrap(const stats::ResampleStatistics& statistics,
                                                  const stats::BootstrapOptions& options) const {
  return stats::clustered_bootstrap(stats::group_numbers(groups_), clusters_, statistics, options);
}

stats::DrawCounts PromptResampling::counts_of_runs(const stats::DrawCounts& of_prompts) const {
  constexpr std::size_t width = stats::DrawCounts::kDraws;
  stats::DrawCounts counts{of_prompts.draws, std::vector<std::uint32_t>(clusters_.size() * width)};
  for (std::size_t run = 0; run < clusters_.size(); ++run)
    std::copy_n(of_prompts.of(clusters_[run]), width, counts.counts.data() + run * width);
  return counts;
}

stats::BootstrapDraws PromptResampling::counted_bootstrap(std::size_t statistics,
                                                          const stats::CountedStatistics& evaluate,
                                                          const stats::BootstrapOptions& options) const {
  const auto of_prompts = [&](const stats::DrawCounts& counts, double* values) {
    // Where no prompt has two runs, prompts are numbered like runs.
    if (prompts_ == clusters_.size()) return evaluate(counts, values);
    evaluate(counts_of_runs(counts), values);
  };
  return stats::counted_bootstrap(stats::group_numbers(of_prompts_), statistics, of_prompts, options);
}

}  // namespace phasescope::curvature
