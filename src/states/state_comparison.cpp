#include "phasescope/states/state_comparison.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "phasescope/base/error.h"

namespace phasescope::states {
namespace {

using DoubleRow = Eigen::Array<double, 1, Eigen::Dynamic>;

/// What the oracle's logits say, in float64.
struct Expectation {
  double top1, margin, entropy;
};

Expectation expectation_of(const std::vector<float>& logits) {
  const Eigen::ArrayXd z =
      Eigen::Map<const Eigen::ArrayXf>(logits.data(), static_cast<Eigen::Index>(logits.size()))
          .cast<double>();
  Eigen::Index best = 0;
  const double largest = z.maxCoeff(&best);
  const Eigen::ArrayXd weights = (z - largest).exp();
  const double sum = weights.sum();
  Eigen::ArrayXd others = weights;
  others(best) = 0;
  const double entropy = std::log(sum) - ((z - largest) * weights).sum() / sum;
  return {1 / sum, (1 - others.maxCoeff()) / sum, entropy};
}

struct RowDifference {
  double largest = 0;  ///< |found - expected|, of entries that are finite
  double scale = 0;    ///< |expected|
  std::int64_t not_finite = 0;
};

template <class Found, class Expected>
RowDifference difference_of(const Found& found, const Expected& expected) {
  const DoubleRow target = expected.template cast<double>().array();
  const DoubleRow difference = (found.template cast<double>().array() - target).abs();
  const auto finite = difference.isFinite();
  return {finite.select(difference, 0).maxCoeff(), target.abs().maxCoeff(),
          difference.size() - finite.count()};
}

void raise(double& largest, double value) {
  largest = std::max(largest, value);
}

void raise(std::optional<double>& largest, double value) {
  if (!largest || value > *largest) largest = value;
}

std::string number_text(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2g", value);
  return text;
}

std::string point_text(const PointDifference& point) {
  return point.after_final_norm ? "the states after the final norm" : "point " + std::to_string(point.point);
}

void judge_point(const PointDifference& point, std::int64_t expected_rows, const OracleTolerances& tolerances,
                 std::vector<std::string>& failures) {
  const std::string name = point_text(point);
  if (point.rows != expected_rows) {
    failures.push_back(name + ": " + std::to_string(point.rows) + " of " + std::to_string(expected_rows) +
                       " tokens were shown");
  }
  if (point.not_finite > 0)
    failures.push_back(name + ": " + std::to_string(point.not_finite) + " entries are not finite");
  if (point.relative && *point.relative > tolerances.point) {
    failures.push_back(name + ": off by " + number_text(*point.relative) +
                       " of its largest entry, more than " + number_text(tolerances.point));
  }
  if (point.token_relative && *point.token_relative > tolerances.token) {
    failures.push_back(name + ": position " + std::to_string(point.worst_position) + " of prompt " +
                       std::to_string(point.worst_prompt) + " is off by " +
                       number_text(*point.token_relative) + " of its largest entry, more than " +
                       number_text(tolerances.token));
  }
}

void judge_prediction(const PredictionDifference& prediction, const OracleTolerances& tolerances,
                      std::vector<std::string>& failures) {
  if (prediction.relative <= tolerances.point) return;
  failures.push_back("the first new token's probability is off by " + number_text(prediction.top1) +
                     ", more than logits within the tolerance make it");
}

void judge_greedy(const GreedyDifference& difference, std::vector<std::string>& failures) {
  if (difference.within_tolerance) return;
  failures.push_back("the greedy continuation of prompt " + std::to_string(difference.prompt) +
                     " differs from token " + std::to_string(difference.step) + " on");
}

std::optional<std::int64_t> entry(const std::vector<std::int64_t>& ids, std::size_t index) {
  return index < ids.size() ? std::optional(ids[index]) : std::nullopt;
}

double largest_logit(const OraclePrompt& prompt) {
  double largest = 0;
  for (const float logit : prompt.logits) raise(largest, std::abs(static_cast<double>(logit)));
  return largest;
}

/// Each of two logits may be off by the tolerance of the largest one.
bool is_too_close(const OraclePrompt& prompt, double tolerance) {
  return prompt.greedy_margin <= 2 * tolerance * largest_logit(prompt);
}

}  // namespace

StateComparison::StateComparison(const OracleFile& oracle) : oracle_(oracle) {
  const std::int64_t points = oracle.prompts().front().points;
  points_.resize(static_cast<std::size_t>(points + 1));
  for (std::int64_t i = 0; i <= points; ++i)
    points_[static_cast<std::size_t>(i)].point = std::min(i, points - 1);
  points_.back().after_final_norm = true;
}

const OraclePrompt& StateComparison::prompt(std::int64_t sequence) const {
  const auto count = static_cast<std::int64_t>(oracle_.prompts().size());
  if (sequence < 0 || sequence >= count) {
    throw Error(ExitClass::internal, "sequence " + std::to_string(sequence) + " is not among the oracle's " +
                                         std::to_string(count) + " prompts");
  }
  return oracle_.prompts()[static_cast<std::size_t>(sequence)];
}

void StateComparison::check_sizes(const StateView& view) const {
  const OraclePrompt& first = oracle_.prompts().front();
  if (view.points == first.points && view.states.cols() == first.width) return;
  const auto sizes = [](std::int64_t points, std::int64_t width) {
    return std::to_string(points) + " points of width " + std::to_string(width);
  };
  throw_input_error(oracle_.path().string(), "oracle/0", "has " + sizes(first.points, first.width),
                    sizes(view.points, view.states.cols()) + " as the model has");
}

void StateComparison::observe(const StateView& view) {
  if (view.phase != Phase::prompt) return;
  check_sizes(view);
  for (const Segment& segment : *view.segments) compare(view, segment);
}

void StateComparison::compare(const StateView& view, const Segment& segment) {
  const OraclePrompt& of_prompt = prompt(segment.sequence);
  if (segment.first_position + segment.rows > of_prompt.tokens()) {
    throw Error(ExitClass::internal, "more positions than the oracle has");
  }
  const StateMatrix found = view.rows_of(segment);
  const StateMatrix expected =
      view.after_final_norm ? of_prompt.after_final_norm() : of_prompt.point(view.point);
  PointDifference& point =
      view.after_final_norm ? points_.back() : points_[static_cast<std::size_t>(view.point)];
  double largest = 0;
  for (std::int64_t r = 0; r < segment.rows; ++r) {
    const std::int64_t position = segment.first_position + r;
    const RowDifference row = difference_of(found.row(r), expected.row(position));
    point.not_finite += row.not_finite;
    raise(largest, row.largest);
    if (row.scale == 0 || (point.token_relative && row.largest / row.scale <= *point.token_relative))
      continue;
    point.token_relative = row.largest / row.scale;
    point.worst_prompt = segment.sequence;
    point.worst_position = position;
  }
  point.rows += segment.rows;
  raise(point.largest, largest);
  const double scale = expected.cwiseAbs().maxCoeff();
  if (scale > 0) raise(point.relative, largest / scale);
}

void StateComparison::observe_prediction(const Prediction& prediction) {
  const OraclePrompt& of_prompt = prompt(prediction.sequence);
  if (prediction.position != of_prompt.tokens() - 1 || of_prompt.logits.size() < 2) return;
  const Expectation expected = expectation_of(of_prompt.logits);
  ++prediction_.prompts;
  const double top1 = std::abs(prediction.top1 - expected.top1);
  raise(prediction_.top1, top1);
  raise(prediction_.relative, top1 / std::max(1.0, largest_logit(of_prompt)));
  raise(prediction_.margin, std::abs(prediction.margin - expected.margin));
  raise(prediction_.entropy, std::abs(prediction.entropy - expected.entropy));
}

void StateComparison::add_continuation(std::int64_t sequence,
                                       const std::vector<std::int64_t>& generated_ids) {
  if (!prompt(sequence).greedy.empty()) continuations_.push_back({sequence, generated_ids});
}

std::optional<GreedyDifference> StateComparison::greedy_difference(const Continuation& continuation,
                                                                   double tolerance) const {
  const OraclePrompt& expected = prompt(continuation.prompt);
  if (continuation.ids == expected.greedy) return std::nullopt;
  const auto places = std::mismatch(continuation.ids.begin(), continuation.ids.end(), expected.greedy.begin(),
                                    expected.greedy.end());
  const auto step = static_cast<std::size_t>(places.first - continuation.ids.begin());
  return GreedyDifference{continuation.prompt,           static_cast<std::int64_t>(step),
                          entry(continuation.ids, step), entry(expected.greedy, step),
                          expected.greedy_margin,        is_too_close(expected, tolerance)};
}

OracleComparison StateComparison::result(const OracleTolerances& tolerances) const {
  OracleComparison comparison;
  comparison.prediction = prediction_;
  comparison.continuations = static_cast<std::int64_t>(continuations_.size());
  std::int64_t tokens = 0;
  for (const OraclePrompt& item : oracle_.prompts()) tokens += item.tokens();
  for (const PointDifference& point : points_) {
    if (point.after_final_norm && point.rows == 0) continue;  // not asked for
    comparison.points.push_back(point);
    judge_point(point, tokens, tolerances, comparison.failures);
  }
  judge_prediction(prediction_, tolerances, comparison.failures);
  for (const Continuation& continuation : continuations_) {
    const auto difference = greedy_difference(continuation, tolerances.point);
    if (!difference) continue;
    comparison.greedy.push_back(*difference);
    judge_greedy(*difference, comparison.failures);
  }
  return comparison;
}

}  // namespace phasescope::states
