#include "phasescope/intelliton/assignment.h"

#include <limits>
#include <vector>

#include "phasescope/intelliton/modes.h"

namespace phasescope::intelliton {
namespace {

using Eigen::Index;
using Eigen::VectorXi;

bool one_to_one(const VectorXi& columns) {
  std::vector<bool> taken(static_cast<std::size_t>(columns.size()), false);
  for (const int column : columns) {
    if (taken[static_cast<std::size_t>(column)]) return false;
    taken[static_cast<std::size_t>(column)] = true;
  }
  return true;
}

/// Minimum-cost assignment with costs -weights and dual prices on rows and columns. Column and row 0 are
/// sentinels, so all indices below count from 1.
class AssignmentSolver {
 public:
  explicit AssignmentSolver(const Eigen::MatrixXd& weights)
      : weights_(weights),
        size_(static_cast<std::size_t>(weights.rows())),
        row_price_(size_ + 1, 0),
        column_price_(size_ + 1, 0),
        row_of_(size_ + 1, 0) {}

  VectorXi solve() {
    for (std::size_t row = 1; row <= size_; ++row) assign(row);
    VectorXi columns(weights_.rows());
    for (std::size_t column = 1; column <= size_; ++column) {
      columns(static_cast<Index>(row_of_[column]) - 1) = static_cast<int>(column) - 1;
    }
    return columns;
  }

 private:
  double reduced_cost(std::size_t row, std::size_t column) const {
    return -weights_(static_cast<Index>(row) - 1, static_cast<Index>(column) - 1) - row_price_[row] -
           column_price_[column];
  }

  /// Finds the cheapest alternating path from `row` to a free column and flips it.
  void assign(std::size_t row) {
    distance_.assign(size_ + 1, std::numeric_limits<double>::infinity());
    previous_.assign(size_ + 1, 0);
    visited_.assign(size_ + 1, false);
    row_of_[0] = row;
    std::size_t column = 0;
    while (row_of_[column] != 0) column = advance(column);
    while (column != 0) {
      row_of_[column] = row_of_[previous_[column]];
      column = previous_[column];
    }
  }

  /// Visits `column` and returns the nearest column that is not visited, prices adjusted so that it is at 0.
  std::size_t advance(std::size_t column) {
    visited_[column] = true;
    const std::size_t row = row_of_[column];
    std::size_t nearest = 0;
    double step = std::numeric_limits<double>::infinity();
    for (std::size_t other = 1; other <= size_; ++other) {
      if (visited_[other]) continue;
      const double cost = reduced_cost(row, other);
      if (cost < distance_[other]) {
        distance_[other] = cost;
        previous_[other] = column;
      }
      if (distance_[other] < step) {
        step = distance_[other];
        nearest = other;
      }
    }
    for (std::size_t other = 0; other <= size_; ++other) {
      if (visited_[other]) {
        row_price_[row_of_[other]] += step;
        column_price_[other] -= step;
      } else {
        distance_[other] -= step;
      }
    }
    return nearest;
  }

  const Eigen::MatrixXd& weights_;
  std::size_t size_;
  std::vector<double> row_price_;
  std::vector<double> column_price_;
  std::vector<std::size_t> row_of_;  // by column; 0 is free
  std::vector<double> distance_;
  std::vector<std::size_t> previous_;
  std::vector<bool> visited_;
};

}  // namespace

VectorXi best_assignment(const Eigen::MatrixXd& weights) {
  VectorXi columns = strongest_columns(weights);
  return one_to_one(columns) ? columns : AssignmentSolver(weights).solve();
}

}  // namespace phasescope::intelliton
