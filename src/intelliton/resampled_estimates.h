#pragma once

#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "phasescope/intelliton/item_median.h"
#include "phasescope/stats/bootstrap.h"

namespace phasescope::intelliton {

struct FieldSummary;

/// Neighbouring prompts, the first of which is number `first`.
using PromptVisitor = std::function<void(std::size_t first, const std::vector<const FieldSummary*>& prompts)>;
/// Shows all prompts to a visitor, a few at a time and in order.
using PromptSource = std::function<void(const PromptVisitor&)>;

/// Statistics that are recomputed in every bootstrap draw, each tied to the estimate that it fills. A
/// statistic sees how often each item was drawn ([items], all 1 for the sample itself) and returns NaN where
/// it is undefined.
///
/// Values that medians are taken of can be read from the prompts when it is their turn, a limited number of
/// medians at a time, so that memory does not grow with prompts times quantities.
class ResampledEstimates {
 public:
  using Counts = Eigen::VectorXd;
  using Statistic = std::function<double(const Counts&)>;
  using Statistics = std::function<std::vector<double>(const Counts&)>;
  /// Adds what one prompt, which is item `item`, contributes to a median.
  using MedianValues = std::function<void(std::size_t item, const FieldSummary& prompt, ItemMedian& median)>;

  static constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

  ResampledEstimates() = default;
  /// `prompts`: where medians of prompts read their values.
  explicit ResampledEstimates(PromptSource prompts) : prompts_(std::move(prompts)) {}

  /// `target` must outlive this object; `reason` is used when the statistic of the sample is undefined.
  void add(stats::Estimate& target, const std::string& reason, Statistic statistic);
  /// Several statistics of one computation.
  void add(std::vector<stats::Estimate*> targets, const std::string& reason, Statistics statistics);
  /// A median of known values.
  void add(stats::Estimate& target, const std::string& reason, ItemMedian median);
  /// A median of at most `count` values that are read from the prompts.
  void add(stats::Estimate& target, const std::string& reason, std::size_t count, MedianValues values);

  /// Fills every target. Returns how much too narrow intervals are (stats::BootstrapDraws::narrowness).
  double run(const std::vector<std::size_t>& group_of, const stats::BootstrapOptions& options);

 private:
  struct Entry {
    std::vector<stats::Estimate*> targets;
    std::string reason;
    Statistics statistics;       // else it is a median
    ItemMedian median;           // of these values
    std::size_t count = 0;       // or of as many,
    MedianValues median_values;  // read from the prompts
  };
  using Part = std::vector<Entry*>;

  /// Entries that are resampled together: as many as keep values and draws small.
  std::vector<Part> parts();
  void read_medians(const Part& part) const;
  static double run(const Part& part, const std::vector<std::size_t>& group_of,
                    const stats::BootstrapOptions& options);

  PromptSource prompts_;
  std::vector<Entry> entries_;
};

}  // namespace phasescope::intelliton
