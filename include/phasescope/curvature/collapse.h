#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "phasescope/stats/bootstrap.h"
#include "phasescope/stats/estimate.h"
#include "phasescope/stats/roc.h"

namespace phasescope::curvature {

/// The published predictor calls a run collapsed when its late_ct is below this.
constexpr double published_collapse_threshold = 0.001;

/// What a sequence generated, as far as collapse can be seen in it.
struct GeneratedSample {
  std::int64_t index = 0;               ///< place of the sequence in the run
  std::vector<std::int64_t> token_ids;  ///< new tokens, a final end-of-sequence token left out
  bool blank = false;                   ///< nothing left of the text without special tokens and white space
};

/// True when the text is blank, or its last max(4, ceil(G/4)) new tokens are one token.
bool is_silent_collapse(const GeneratedSample& sample);

/// A sample with the run's late_ct.
struct CollapseCase {
  std::int64_t prompt = 0;  ///< place of the prompt among the prompts
  bool collapsed = false;
  std::optional<double> late_ct;  ///< absent when the run has no ct values to speak of
  bool loops = false;             ///< its text ends in a loop (repetition.h)
};

struct CollapseReport {
  std::size_t n_samples = 0;  ///< that generated
  std::size_t n_collapsed = 0;
  std::optional<double> rate;  ///< absent without samples
  std::size_t n_looping = 0;   ///< whose text ends in a loop
  std::optional<double> looping_rate;
  stats::ConfusionMatrix predictor;  ///< late_ct < 0.001, over samples with a late_ct
  std::optional<double> auc_all;     ///< of -late_ct over the same samples
  std::string auc_all_reason;

  // Prompts at even places fit the threshold, those at odd places test it, each with all its runs.
  std::size_t n_fitted = 0;
  std::size_t n_tested = 0;
  std::optional<stats::Threshold> threshold;
  std::string threshold_reason;
  stats::Estimate auc;  ///< of -late_ct; interval by resampling prompts, with their runs, within class
  stats::Estimate balanced_accuracy;
};

CollapseReport collapse_report(const std::vector<CollapseCase>& cases,
                               const stats::BootstrapOptions& options);

}  // namespace phasescope::curvature
