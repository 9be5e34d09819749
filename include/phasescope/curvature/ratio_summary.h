#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "phasescope/curvature/bands.h"
#include "phasescope/curvature/shuffled_null.h"
#include "phasescope/stats/bootstrap.h"
#include "phasescope/stats/estimate.h"

namespace phasescope::curvature {

/// One run as a summary over runs sees it.
struct RatioEntry {
  std::string category;
  double ratio = 0;
  std::optional<NullComparison> null;
  std::int64_t prompt = -1;  ///< runs of one prompt share it; negative: no other run has it
};

/// A number for each regime, in the order of the bands.
using RegimeNumbers = std::vector<std::pair<std::string, double>>;

/// ratio_norm over the runs of a model, and what the same runs give with their states in random order.
/// Intervals are 95 % bootstrap intervals, prompts resampled within their category, each with all its runs.
struct RatioSummary {
  std::size_t n_runs = 0;
  std::size_t n_prompts = 0;
  stats::Estimate median;
  stats::Estimate mean;
  double interval_narrowness = 1;      ///< see stats::BootstrapDraws
  std::optional<Placement> placement;  ///< of the median
  RegimeNumbers shares;                ///< of runs; empty without runs
  RegimeNumbers confidence;            ///< how often the resampled median lands in each regime
  std::string confidence_reason;       ///< why `confidence` is empty

  stats::Estimate null_median;              ///< median over runs of the null's mean
  std::optional<Placement> null_placement;  ///< the regime that the null would get
  stats::Estimate excess;                   ///< median over runs of ratio_norm over its null's mean
  std::optional<Side> excess_side;          ///< of the interval of `excess` against 1
  std::size_t n_compared = 0;               ///< runs that have a null
  std::size_t n_distinguishable = 0;

  std::optional<double> share_distinguishable() const;
};

RatioSummary summarise_ratios(const std::vector<RatioEntry>& runs, const Bands& bands,
                              const stats::BootstrapOptions& options);

}  // namespace phasescope::curvature
