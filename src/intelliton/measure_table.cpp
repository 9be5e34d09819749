#include "phasescope/intelliton/measure_table.h"

#include "resampled_estimates.h"

#include <algorithm>
#include <cmath>

#include "phasescope/base/threads.h"
#include "phasescope/stats/random.h"
#include "phasescope/stats/roc.h"

namespace phasescope::intelliton {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

/// The pairs that have both values, as places in the list of pairs.
struct CompletePairs {
  std::vector<std::size_t> place;
  std::vector<double> grounded;
  std::vector<double> other;
};

CompletePairs complete_pairs(const PairedMeasure& measure) {
  CompletePairs pairs;
  for (std::size_t i = 0; i < measure.grounded.size(); ++i) {
    if (!measure.grounded[i] || !measure.other[i]) continue;
    pairs.place.push_back(i);
    pairs.grounded.push_back(*measure.grounded[i]);
    pairs.other.push_back(*measure.other[i]);
  }
  return pairs;
}

/// The AUC of resampled pairs: scores of the grounded prompts, then of the other ones, sorted once.
class ResampledAuc {
 public:
  explicit ResampledAuc(const CompletePairs& pairs) : scores_(joined(pairs)) {}

  /// With pair i counted `counts`(i) times.
  double operator()(const VectorXd& counts) const {
    const auto pairs = static_cast<std::size_t>(counts.size());
    std::vector<double> grounded(2 * pairs), other(2 * pairs);
    VectorXd::Map(grounded.data(), counts.size()) = counts;
    VectorXd::Map(other.data() + pairs, counts.size()) = counts;
    return scores_.area_under_curve(other, grounded).value_or(ResampledEstimates::undefined);
  }

 private:
  static std::vector<double> joined(const CompletePairs& pairs) {
    std::vector<double> scores = pairs.grounded;
    scores.insert(scores.end(), pairs.other.begin(), pairs.other.end());
    return scores;
  }

  stats::RankedScores scores_;
};

double resampled_difference(const CompletePairs& pairs, const VectorXd& counts) {
  double sum = 0;
  for (std::size_t i = 0; i < pairs.place.size(); ++i) {
    sum += counts(static_cast<Index>(i)) * (pairs.other[i] - pairs.grounded[i]);
  }
  return sum / counts.sum();
}

/// Labels swapped within pairs at random; the observed labelling counts as one draw (Phipson and Smyth 2010).
double permutation_p_value(const CompletePairs& pairs, const std::string& name,
                           const MeasureOptions& options) {
  std::vector<double> differences;
  double sum = 0;
  for (std::size_t i = 0; i < pairs.place.size(); ++i) {
    differences.push_back(pairs.other[i] - pairs.grounded[i]);
    sum += differences.back();
  }
  // Sums in another order differ by rounding; ties must count as reached.
  const double observed = std::abs(sum) * (1 - 1e-12);
  std::size_t reached = 1;
  const std::string purpose = "label permutation " + name;
  for (std::size_t draw = 0; draw < options.permutations; ++draw) {
    stats::RandomStream stream(stats::stream_key(options.seed, purpose, draw));
    double swapped = 0;
    for (const double difference : differences) swapped += stream.below(2) == 1 ? -difference : difference;
    reached += std::abs(swapped) >= observed ? 1 : 0;
  }
  return static_cast<double>(reached) / static_cast<double>(options.permutations + 1);
}

std::vector<std::size_t> categories_of(const CompletePairs& pairs,
                                       const std::vector<std::size_t>& category_of) {
  std::vector<std::size_t> categories;
  for (const std::size_t place : pairs.place) categories.push_back(category_of[place]);
  return categories;
}

CompletePairs matched_pairs(const CompletePairs& pairs, const PairedMeasure& length, double tolerance) {
  CompletePairs matched;
  for (std::size_t i = 0; i < pairs.place.size(); ++i) {
    const std::size_t place = pairs.place[i];
    if (!length.grounded[place] || !length.other[place]) continue;
    if (std::abs(*length.grounded[place] - *length.other[place]) > tolerance) continue;
    matched.place.push_back(place);
    matched.grounded.push_back(pairs.grounded[i]);
    matched.other.push_back(pairs.other[i]);
  }
  return matched;
}

void estimate_matched(MeasureRow& row, const CompletePairs& matched,
                      const std::vector<std::size_t>& category_of, const MeasureOptions& options) {
  constexpr std::size_t fewest = 5;
  if (matched.place.size() < fewest) {
    row.auc_length_matched = stats::Estimate::undefined("only " + std::to_string(matched.place.size()) +
                                                        " pairs of nearly equal length");
    return;
  }
  ResampledEstimates estimates;
  estimates.add(row.auc_length_matched, "no pair", ResampledAuc(matched));
  estimates.run(categories_of(matched, category_of),
                {options.draws, options.seed, "matched " + row.name, 0.95});
}

MeasureRow measure_row(const PairedMeasure& measure, const PairedMeasure* length,
                       const std::vector<std::size_t>& category_of, const MeasureOptions& options) {
  const CompletePairs pairs = complete_pairs(measure);
  MeasureRow row;
  row.name = measure.name;
  row.baseline = measure.baseline;
  row.pairs = pairs.place.size();
  if (pairs.place.empty()) {
    row.auc = row.auc_length_matched = row.mean_difference =
        stats::Estimate::undefined("no pair has both values");
    return row;
  }
  ResampledEstimates estimates;
  estimates.add(row.auc, "no pair", ResampledAuc(pairs));
  estimates.add(row.mean_difference, "no pair",
                [&](const VectorXd& counts) { return resampled_difference(pairs, counts); });
  estimates.run(categories_of(pairs, category_of), {options.draws, options.seed, row.name, 0.95});
  row.p_value = permutation_p_value(pairs, row.name, options);
  if (length == nullptr) {
    row.auc_length_matched = stats::Estimate::undefined("prompt lengths are not known");
  } else {
    estimate_matched(row, matched_pairs(pairs, *length, options.length_tolerance), category_of, options);
  }
  return row;
}

void compare_with_length(std::vector<MeasureRow>& rows) {
  const auto length =
      std::find_if(rows.begin(), rows.end(), [](const MeasureRow& row) { return row.name == kPromptLength; });
  if (length == rows.end() || !length->auc.value) return;
  const double separation = std::abs(*length->auc.value - 0.5);
  for (MeasureRow& row : rows) {
    if (!row.baseline && row.auc.value)
      row.length_does_as_well = separation >= std::abs(*row.auc.value - 0.5);
  }
}

}  // namespace

std::vector<MeasureRow> measure_table(const std::vector<PairedMeasure>& measures,
                                      const std::vector<std::size_t>& category_of,
                                      const MeasureOptions& options) {
  const auto length = std::find_if(measures.begin(), measures.end(), [](const PairedMeasure& measure) {
    return measure.name == kPromptLength;
  });
  std::vector<MeasureRow> rows(measures.size());
  parallel_for(static_cast<std::int64_t>(measures.size()), [&](std::int64_t i) {
    const auto place = static_cast<std::size_t>(i);
    rows[place] =
        measure_row(measures[place], length == measures.end() ? nullptr : &*length, category_of, options);
  });
  compare_with_length(rows);
  return rows;
}

}  // namespace phasescope::intelliton
