#pragma once

#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "phasescope/stats/bootstrap.h"

namespace phasescope::intelliton {

/// Statistics that are recomputed in every bootstrap draw, each tied to the estimate that it fills. A
/// statistic sees how often each item was drawn ([items], all 1 for the sample itself) and returns NaN where
/// it is undefined.
class ResampledEstimates {
 public:
  using Counts = Eigen::VectorXd;
  using Statistic = std::function<double(const Counts&)>;
  using Statistics = std::function<std::vector<double>(const Counts&)>;

  static constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

  /// `target` must outlive this object; `reason` is used when the statistic of the sample is undefined.
  void add(stats::Estimate& target, const std::string& reason, Statistic statistic);
  /// Several statistics of one computation.
  void add(std::vector<stats::Estimate*> targets, const std::string& reason, Statistics statistics);

  /// Fills every target. Returns how much too narrow intervals are (stats::BootstrapDraws::narrowness).
  double run(const std::vector<std::size_t>& group_of, const stats::BootstrapOptions& options) const;

 private:
  struct Entry {
    std::vector<stats::Estimate*> targets;
    std::string reason;
    Statistics statistics;
  };

  std::vector<double> evaluate(const Counts& counts) const;

  std::vector<Entry> entries_;
};

/// Medians of values that belong to items, several values an item allowed: sorted once, then each draw is one
/// walk.
class ItemMedian {
 public:
  void add(double value, std::size_t item) { values_.push_back({value, item}); }
  /// Leaves out what is absent.
  void add(const std::optional<double>& value, std::size_t item) {
    if (value) add(*value, item);
  }
  bool empty() const { return values_.empty(); }
  /// Call after the last add and before the first median.
  void sort();
  /// Of the values, each taken as often as its item; NaN when there is none.
  double operator()(const Eigen::VectorXd& counts) const;

 private:
  struct Value {
    double value;
    std::size_t item;
  };
  std::vector<Value> values_;
};

}  // namespace phasescope::intelliton
