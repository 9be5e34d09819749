#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <Eigen/Core>

#include "phasescope/stats/bootstrap.h"

namespace phasescope::intelliton {

/// Medians of values that belong to items, several values an item allowed: sorted once, then each draw is one
/// walk.
class ItemMedian {
 public:
  void add(double value, std::size_t item) { values_.push_back({value, static_cast<std::uint32_t>(item)}); }
  /// Leaves out what is absent.
  void add(const std::optional<double>& value, std::size_t item) {
    if (value) add(*value, item);
  }
  void reserve(std::size_t count) { values_.reserve(count); }
  /// Call after the last add and before the first median.
  void sort();
  /// Of the values, each taken as often as its item; NaN when there is none.
  double operator()(const Eigen::VectorXd& counts) const;
  /// The same of each draw in use, into `medians` [draws].
  void operator()(const stats::DrawCounts& counts, double* medians) const;

 private:
  struct Value {
    double value;
    std::uint32_t item;
  };

  /// The median of the draw whose counts are `count_of`(value place), if the walk from `first`, before which
  /// `passed` values lie, meets it before `end`.
  template <class CountOf>
  std::optional<double> find(std::size_t first, std::size_t end, double passed, double total,
                             CountOf count_of) const;

  std::vector<Value> values_;
};

}  // namespace phasescope::intelliton
