#pragma once

#include <optional>
#include <vector>

namespace phasescope::stats {

/// Area under the ROC curve: the chance that a positive item has the larger score, ties counted one half
/// (Mann and Whitney). Absent when a class is empty.
std::optional<double> area_under_curve(const std::vector<double>& scores, const std::vector<bool>& positive);

/// area_under_curve of one list of scores under many labellings or weights: sorted once.
class RankedScores {
 public:
  explicit RankedScores(const std::vector<double>& scores);

  /// Score i counts `positive`[i] times as one of a positive item and `negative`[i] times as one of a
  /// negative item.
  std::optional<double> area_under_curve(const std::vector<double>& positive,
                                         const std::vector<double>& negative) const;

 private:
  std::vector<std::size_t> order_;         // ascending
  std::vector<std::size_t> ends_of_ties_;  // places in order_
};

/// Predictions "value < threshold means positive" against the truth.
struct ConfusionMatrix {
  std::size_t true_positive = 0;
  std::size_t false_positive = 0;
  std::size_t false_negative = 0;
  std::size_t true_negative = 0;

  std::size_t total() const { return true_positive + false_positive + false_negative + true_negative; }
  /// Mean of sensitivity and specificity; absent when a class is empty.
  std::optional<double> balanced_accuracy() const;
};

ConfusionMatrix confusion_below(const std::vector<double>& values, const std::vector<bool>& positive,
                                double threshold);

struct Threshold {
  double value = 0;
  double youden_j = 0;  ///< sensitivity + specificity - 1 on the data it was fitted to
};

/// The threshold of "value < threshold means positive" with the largest Youden J, among the midpoints between
/// neighbouring distinct values; the smallest such midpoint on a tie. Absent when a class is empty or all
/// values are equal.
std::optional<Threshold> youden_threshold(const std::vector<double>& values,
                                          const std::vector<bool>& positive);

}  // namespace phasescope::stats
