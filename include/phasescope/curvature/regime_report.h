#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "phasescope/curvature/bands.h"
#include "phasescope/curvature/collapse.h"
#include "phasescope/curvature/definition.h"
#include "phasescope/curvature/entropy_states.h"
#include "phasescope/curvature/ratio_summary.h"
#include "phasescope/curvature/run_analysis.h"
#include "phasescope/stats/estimate.h"

namespace phasescope::curvature {

/// How tokens were generated, for the record only.
struct Decoding {
  std::int64_t max_new_tokens = 0;
  double temperature = 0;  ///< 0: greedy
  std::int64_t top_k = 0;
  double top_p = 1;
  double min_p = 0;
  std::int64_t runs = 1;  ///< of each prompt
};

struct ReportOptions {
  RunOptions run;  ///< with which the runs were analysed; seed and null_draws serve the whole report
  Bands bands;
  std::size_t bootstrap_draws = 2000;
  std::optional<std::size_t> common_steps;  ///< ct values; default the 25th percentile of run lengths
  std::optional<Decoding> decoding;         ///< absent when nothing was generated here
};

/// One state point over the ok runs that have values there.
struct LayerSummary {
  std::int64_t layer = 0;
  std::size_t n_runs = 0;
  stats::Estimate ratio_norm;  ///< median over runs
  std::optional<double> mean_ct;
  std::optional<double> mean_delta;
  std::optional<double> mean_curvature;
};

/// A local quantity beside its values without memory.
struct MemoryComparison {
  stats::Estimate observed;         ///< mean over runs
  std::optional<double> unrelated;  ///< if successive states were unrelated directions; see unrelated_delta
  std::string unrelated_reason;
  std::optional<double> shuffled;  ///< mean over runs of the mean under shuffling
};

/// The same statistics on the first `steps` values of every run that has them.
struct CommonLength {
  std::size_t steps = 0;
  bool chosen = false;  ///< by the user; otherwise the 25th percentile of run lengths
  RatioSummary ratio;
  std::optional<double> mean_ct;
  std::optional<double> late_ct;
  std::vector<std::string> ended_early;  ///< ids of runs that are shorter
  std::string reason;                    ///< why there is no common length
};

/// How ratio_norm and its null grow along the runs: medians over the runs that reach a length.
struct LengthRow {
  std::size_t steps = 0;
  std::size_t n_runs = 0;
  double ratio_norm_median = 0;
  double null_median = 0;
};

struct SensitivityRow {
  std::string ct_id;
  std::optional<double> ratio_norm_median;
  std::optional<std::string> regime;
};

struct Sensitivity {
  std::size_t same_regime = 0;
  std::size_t total = 0;
  std::vector<SensitivityRow> rows;
};

/// Whether the regime stands up to what the published reading leaves out.
struct Survival {
  std::optional<bool> survives;      ///< absent when there is no regime
  std::vector<std::string> against;  ///< what speaks against it
  std::string sentence;
};

struct RegimeReport {
  ReportOptions options;
  std::vector<RunResult> runs;
  std::vector<LayerSummary> layers;
  RatioSummary ratio;
  std::optional<double> mean_ct;  ///< over ok runs
  std::optional<double> late_ct;  ///< over ok runs
  MemoryComparison delta;
  MemoryComparison curvature;
  stats::Estimate slope;  ///< of ratio_norm on the natural log of the number of ct values, over runs
  std::optional<double> slope_r_squared;  ///< share of the variance of ratio_norm that this line explains
  CommonLength common_length;
  std::vector<LengthRow> by_length;
  std::optional<Sensitivity> sensitivity;
  CollapseReport collapse;
  EntropyStates entropy;
  Survival survival;
};

/// Everything that regime.json says of the runs of one model. `samples` are the sequences that generated
/// tokens; empty when none did.
RegimeReport make_regime_report(std::vector<RunResult> runs, const std::vector<GeneratedSample>& samples,
                                const ReportOptions& options);

}  // namespace phasescope::curvature
