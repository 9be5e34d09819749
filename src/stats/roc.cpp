#include "phasescope/stats/roc.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace phasescope::stats {
namespace {

std::vector<std::size_t> ascending_order(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  return order;
}

std::size_t count_positive(const std::vector<bool>& positive) {
  return static_cast<std::size_t>(std::count(positive.begin(), positive.end(), true));
}

}  // namespace

RankedScores::RankedScores(const std::vector<double>& scores) : order_(ascending_order(scores)) {
  for (std::size_t i = 1; i <= order_.size(); ++i) {
    if (i == order_.size() || scores[order_[i]] != scores[order_[i - 1]]) ends_of_ties_.push_back(i);
  }
}

std::optional<double> RankedScores::area_under_curve(const std::vector<double>& positive,
                                                     const std::vector<double>& negative) const {
  double wins = 0;  // pairs in which the positive item has the larger score, ties one half
  double positives = 0, negatives = 0;
  std::size_t begin = 0;
  for (const std::size_t end : ends_of_ties_) {
    double tied_positives = 0;
    double tied_negatives = 0;
    for (; begin < end; ++begin) {
      tied_positives += positive[order_[begin]];
      tied_negatives += negative[order_[begin]];
    }
    wins += tied_positives * (negatives + tied_negatives / 2);
    positives += tied_positives;
    negatives += tied_negatives;
  }
  if (positives == 0 || negatives == 0) return std::nullopt;
  return wins / (positives * negatives);
}

std::optional<double> area_under_curve(const std::vector<double>& scores, const std::vector<bool>& positive) {
  std::vector<double> is_positive(positive.size()), is_negative(positive.size());
  for (std::size_t i = 0; i < positive.size(); ++i) (positive[i] ? is_positive : is_negative)[i] = 1;
  return RankedScores(scores).area_under_curve(is_positive, is_negative);
}

std::optional<double> ConfusionMatrix::balanced_accuracy() const {
  const auto positives = static_cast<double>(true_positive + false_negative);
  const auto negatives = static_cast<double>(true_negative + false_positive);
  if (positives == 0 || negatives == 0) return std::nullopt;
  return (static_cast<double>(true_positive) / positives + static_cast<double>(true_negative) / negatives) /
         2;
}

ConfusionMatrix confusion_below(const std::vector<double>& values, const std::vector<bool>& positive,
                                double threshold) {
  ConfusionMatrix matrix;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool predicted = values[i] < threshold;
    if (positive[i]) {
      ++(predicted ? matrix.true_positive : matrix.false_negative);
    } else {
      ++(predicted ? matrix.false_positive : matrix.true_negative);
    }
  }
  return matrix;
}

std::optional<Threshold> youden_threshold(const std::vector<double>& values,
                                          const std::vector<bool>& positive) {
  const std::size_t positives = count_positive(positive);
  const std::size_t negatives = positive.size() - positives;
  if (positives == 0 || negatives == 0) return std::nullopt;
  const auto order = ascending_order(values);
  std::optional<Threshold> best;
  double positives_below = 0;
  double negatives_below = 0;
  for (std::size_t i = 0; i + 1 < order.size(); ++i) {
    (positive[order[i]] ? positives_below : negatives_below) += 1;
    const double here = values[order[i]];
    const double next = values[order[i + 1]];
    if (here == next) continue;
    const double youden_j =
        positives_below / static_cast<double>(positives) - negatives_below / static_cast<double>(negatives);
    if (!best || youden_j > best->youden_j) best = Threshold{here + (next - here) / 2, youden_j};
  }
  return best;
}

}  // namespace phasescope::stats
