#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include <Eigen/Core>

namespace phasescope::states {

/// Rows first .. first + count - 1.
struct RowRange {
  std::int64_t first = 0;
  std::int64_t count = 0;
};

/// Products of the states of one view, made where the states lie and summed in float64, so that the states
/// themselves need not come to the host. X [n, D] stands for the first n rows of a segment, n being what
/// observers asked for (Observer::gram_rows); entries that are not finite count as 0. Segments are numbered
/// as in StateView::segments. The memory belongs to the source and is valid during the call that passes it.
class GramMatrices {
 public:
  using Products = Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>, 0,
                              Eigen::OuterStride<>>;
  using Counts = Eigen::Map<const Eigen::ArrayXd>;
  using Rows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

  virtual ~GramMatrices() = default;

  /// n; 0 where nobody asked.
  virtual std::int64_t rows(std::size_t segment) const = 0;
  /// X X^T [n, n].
  virtual Products gram(std::size_t segment) const = 0;
  /// Y X^T [n, n], Y being the same rows one point earlier. Not at point 0.
  virtual Products with_previous(std::size_t segment) const = 0;
  /// X_a X_b^T [n_a, n_b] of a pair that was asked for (Observer::gram_pairs), in that order; else nothing.
  virtual std::optional<Products> between(std::size_t a, std::size_t b) const = 0;
  /// Entries of each row of X that are not finite [n].
  virtual Counts nonfinite(std::size_t segment) const = 0;

  /// X itself, and Y (not at point 0), for the few cases that products do not settle: copied now, and waited
  /// for. One call at a time, from the thread that was passed the view.
  virtual Rows bring(std::size_t segment) const = 0;
  virtual Rows bring_previous(std::size_t segment) const = 0;
};

}  // namespace phasescope::states
