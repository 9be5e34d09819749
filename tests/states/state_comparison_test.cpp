// Comparing states with an oracle. What is expected is worked out by hand from the small oracle's numbers.
#include "phasescope/states/state_comparison.h"

#include "../temporary_folder.h"
#include "small_oracle.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "phasescope/base/error.h"

namespace phasescope::states {
namespace {

using Rows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Shows the oracle's own states, prompts packed one after the other, with chosen entries changed.
class StateComparisonTest : public ::testing::Test {
 protected:
  StateComparisonTest() {
    testing::SmallOracle().write(folder_ / "o.safetensors");
    oracle_ = std::make_unique<OracleFile>(folder_ / "o.safetensors");
    comparison_ = std::make_unique<StateComparison>(*oracle_);
    for (std::int64_t point = 0; point < 3; ++point) packed_.push_back(pack(point));
  }

  /// Rows 0 .. 2 are prompt 0, 3 and 4 prompt 1; point 2 stands for the states after the final norm.
  Rows pack(std::int64_t point) const {
    Rows rows(5, 2);
    std::int64_t first = 0;
    for (const OraclePrompt& prompt : oracle_->prompts()) {
      rows.middleRows(first, prompt.tokens()) = point == 2 ? prompt.after_final_norm() : prompt.point(point);
      first += prompt.tokens();
    }
    return rows;
  }

  void show(std::int64_t point, Phase phase = Phase::prompt) {
    const std::vector<Segment> segments = {{0, 0, 3, 0}, {1, 3, 2, 0}};
    comparison_->observe(view_of(packed_[static_cast<std::size_t>(point)], point, segments, phase));
  }
  static StateView view_of(const Rows& rows, std::int64_t point, const std::vector<Segment>& segments,
                           Phase phase = Phase::prompt) {
    const StateMatrix states(rows.data(), rows.rows(), rows.cols(), Eigen::OuterStride<>(rows.cols()));
    return {std::min<std::int64_t>(point, 1),
            2,
            point == 2,
            phase,
            states,
            StateMatrix(nullptr, 0, rows.cols(), Eigen::OuterStride<>(rows.cols())),
            &segments};
  }
  void show_all() {
    for (std::int64_t point = 0; point < 3; ++point) show(point);
  }
  OracleComparison result(const OracleTolerances& tolerances = {1e-5, 1e-4}) const {
    return comparison_->result(tolerances);
  }

  testing::TemporaryFolder folder_;
  std::unique_ptr<OracleFile> oracle_;
  std::unique_ptr<StateComparison> comparison_;
  std::vector<Rows> packed_;
};

TEST_F(StateComparisonTest, EqualStatesPass) {
  show_all();
  const OracleComparison found = result();
  EXPECT_TRUE(found.passed());
  ASSERT_EQ(found.points.size(), 3U);
  EXPECT_EQ(found.points[1].point, 1);
  EXPECT_EQ(found.points[2].point, 1);
  EXPECT_TRUE(found.points[2].after_final_norm);
  for (const PointDifference& point : found.points) {
    EXPECT_EQ(point.rows, 5);
    EXPECT_EQ(point.largest, 0);
    EXPECT_EQ(point.relative, 0);
    EXPECT_EQ(point.token_relative, 0);
  }
}

/// 0.5 more at an entry of prompt 0, whose point 1 goes up to 60 and whose token 1 up to 40; 0.25 more at a
/// token of prompt 1 that goes up to 1 where the point goes up to 100.
TEST_F(StateComparisonTest, DifferencesAreMeasuredAgainstPointAndToken) {
  packed_[1](1, 0) += 0.5F;
  packed_[1](4, 1) += 0.25F;
  show_all();
  const OracleComparison found = result();
  const PointDifference& point = found.points[1];
  EXPECT_EQ(point.largest, 0.5);
  EXPECT_DOUBLE_EQ(point.relative.value(), 0.5 / 60);  // more than 0.25 / 100
  EXPECT_EQ(point.token_relative, 0.25);               // more than 0.5 / 40
  EXPECT_EQ(point.worst_prompt, 1);
  EXPECT_EQ(point.worst_position, 1);
  EXPECT_EQ(found.failures,
            (std::vector<std::string>{
                "point 1: off by 0.0083 of its largest entry, more than 1e-05",
                "point 1: position 1 of prompt 1 is off by 0.25 of its largest entry, more than 0.0001"}));
  EXPECT_TRUE(result({0.01, 0.3}).passed());
  EXPECT_FALSE(result({0.01, 0.2}).passed());
  EXPECT_FALSE(result({0.008, 0.3}).passed());
}

TEST_F(StateComparisonTest, FinalStatesAreComparedWithTheirOwn) {
  packed_[2](2, 0) = 5;  // 4
  show_all();
  const OracleComparison found = result();
  EXPECT_EQ(found.points[2].largest, 1);
  EXPECT_EQ(found.points[2].relative, 0.25);
  ASSERT_FALSE(found.passed());
  EXPECT_EQ(found.failures.front(),
            "the states after the final norm: off by 0.25 of its largest entry, more than 1e-05");
}

TEST_F(StateComparisonTest, FinalStatesNeedNotBeShown) {
  show(0);
  show(1);
  EXPECT_TRUE(result().passed());
  EXPECT_EQ(result().points.size(), 2U);
}

TEST_F(StateComparisonTest, StatesThatWereNotShownAreFailures) {
  EXPECT_EQ(result().failures, (std::vector<std::string>{"point 0: 0 of 5 tokens were shown",
                                                         "point 1: 0 of 5 tokens were shown"}));
  show(0);
  const std::vector<Segment> one = {{1, 3, 2, 0}};
  comparison_->observe(view_of(packed_[1], 1, one));
  EXPECT_EQ(result().failures, (std::vector<std::string>{"point 1: 2 of 5 tokens were shown"}));
}

TEST_F(StateComparisonTest, BatchesAddUp) {
  for (std::int64_t point = 0; point < 2; ++point) {
    for (const Segment& segment : {Segment{1, 3, 2, 0}, Segment{0, 0, 1, 0}, Segment{0, 1, 2, 1}}) {
      const std::vector<Segment> alone = {segment};
      comparison_->observe(view_of(packed_[static_cast<std::size_t>(point)], point, alone));
    }
  }
  EXPECT_TRUE(result().passed());
}

/// A token of zeros has no relative difference, but its absolute one counts.
TEST_F(StateComparisonTest, TokensOfZeros) {
  packed_[0](4, 0) = 3e-3F;
  show_all();
  const PointDifference point = result().points[0];
  EXPECT_FLOAT_EQ(static_cast<float>(point.largest), 3e-3F);
  EXPECT_NEAR(point.relative.value(), 1.5e-3, 1e-9);  // prompt 1 goes up to 2 at point 0
  EXPECT_EQ(point.token_relative, 0);
}

TEST_F(StateComparisonTest, NumbersThatAreNoneAreCountedAndFail) {
  packed_[0](0, 0) = std::numeric_limits<float>::quiet_NaN();
  packed_[0](0, 1) = std::numeric_limits<float>::infinity();
  packed_[0](1, 1) += 1;
  show_all();
  const OracleComparison found = result({10, 10});
  EXPECT_EQ(found.points[0].not_finite, 2);
  EXPECT_EQ(found.points[0].largest, 1);
  EXPECT_EQ(found.failures, (std::vector<std::string>{"point 0: 2 entries are not finite"}));
}

TEST_F(StateComparisonTest, GeneratedStatesAreNotLookedAt) {
  show_all();
  packed_[1] *= 2;
  show(1, Phase::generation);
  EXPECT_TRUE(result().passed());
}

TEST_F(StateComparisonTest, OtherSizesAreRefused) {
  const std::vector<Segment> segments = {{0, 0, 3, 0}};
  const Rows wide = Rows::Zero(3, 4);
  try {
    comparison_->observe(view_of(wide, 0, segments));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_class(), ExitClass::input_file);
    EXPECT_EQ(std::string(error.what()),
              (folder_ / "o.safetensors").string() +
                  ": oracle/0: has 2 points of width 2, expected 2 points of width 4 as the model has");
  }
}

TEST_F(StateComparisonTest, UnknownPromptsAndPositionsAreRefused) {
  const std::vector<Segment> unknown = {{2, 0, 1, 0}};
  EXPECT_THROW(comparison_->observe(view_of(packed_[0], 0, unknown)), Error);
  const std::vector<Segment> too_long = {{1, 0, 3, 0}};
  EXPECT_THROW(comparison_->observe(view_of(packed_[0], 0, too_long)), Error);
  EXPECT_THROW(comparison_->add_continuation(-1, {}), Error);
}

Prediction prediction_of(std::int64_t sequence, std::int64_t position, double top1, double margin,
                         double entropy) {
  Prediction prediction;
  prediction.sequence = sequence;
  prediction.position = position;
  prediction.top1 = top1;
  prediction.margin = margin;
  prediction.entropy = entropy;
  return prediction;
}

/// Logits 0, 2, 1: probabilities 0.0900, 0.6652, 0.2447 (softmax, computed with numpy 2.4).
TEST_F(StateComparisonTest, PredictionsAreComparedWithTheLogits) {
  show_all();
  comparison_->observe_prediction(
      prediction_of(0, 2, 0.6652409557748219, 0.4205124847200242, 0.8323955818399389));
  PredictionDifference found = result().prediction;
  EXPECT_EQ(found.prompts, 1);
  EXPECT_NEAR(found.top1, 0, 1e-12);
  EXPECT_NEAR(found.margin, 0, 1e-12);
  EXPECT_NEAR(found.entropy, 0, 1e-12);
  EXPECT_TRUE(result().passed());
  comparison_->observe_prediction(prediction_of(0, 3, 0, 0, 0));  // of a generated token: not in the oracle
  EXPECT_EQ(result().prediction.prompts, 1);
  comparison_->observe_prediction(prediction_of(1, 1, 0.99, 0.99, 0));  // logits 8, 0, 0: 0.99933
  found = result().prediction;
  EXPECT_EQ(found.prompts, 2);
  const double expected = std::exp(8.0) / (std::exp(8.0) + 2);
  EXPECT_NEAR(found.top1, expected - 0.99, 1e-12);
  EXPECT_NEAR(found.relative, (expected - 0.99) / 8, 1e-12);
  EXPECT_EQ(result().failures,
            (std::vector<std::string>{"the first new token's probability is off by 0.0093, more than "
                                      "logits within the tolerance make it"}));
}

TEST_F(StateComparisonTest, EqualContinuationsPass) {
  show_all();
  comparison_->add_continuation(0, {1, 2, 0});
  comparison_->add_continuation(1, {0});
  EXPECT_TRUE(result().passed());
  EXPECT_EQ(result().continuations, 2);
  EXPECT_TRUE(result().greedy.empty());
}

TEST_F(StateComparisonTest, OtherContinuationsFail) {
  show_all();
  comparison_->add_continuation(0, {1, 1, 0});
  const OracleComparison found = result();
  ASSERT_EQ(found.greedy.size(), 1U);
  EXPECT_EQ(found.greedy[0].step, 1);
  EXPECT_EQ(found.greedy[0].found, 1);
  EXPECT_EQ(found.greedy[0].expected, 2);
  EXPECT_EQ(found.greedy[0].margin, 0.5);
  EXPECT_EQ(found.failures,
            (std::vector<std::string>{"the greedy continuation of prompt 0 differs from token 1 on"}));
}

TEST_F(StateComparisonTest, ContinuationsThatEndElsewhere) {
  show_all();
  comparison_->add_continuation(0, {1});
  comparison_->add_continuation(0, {1, 2, 0, 5});
  const OracleComparison found = result();
  ASSERT_EQ(found.greedy.size(), 2U);
  EXPECT_EQ(found.greedy[0].found, std::nullopt);
  EXPECT_EQ(found.greedy[0].expected, 2);
  EXPECT_EQ(found.greedy[1].found, 5);
  EXPECT_EQ(found.greedy[1].expected, std::nullopt);
  EXPECT_FALSE(found.passed());
}

/// Prompt 1's margin of 1e-7 is below what logits up to 8 can be told apart by.
TEST_F(StateComparisonTest, ContinuationsThatDifferByATieAreNoted) {
  show_all();
  comparison_->add_continuation(1, {2});
  const OracleComparison found = result();
  ASSERT_EQ(found.greedy.size(), 1U);
  EXPECT_TRUE(found.greedy[0].within_tolerance);
  EXPECT_TRUE(found.passed());
  EXPECT_FALSE(result({1e-9, 1e-4}).passed());
}

}  // namespace
}  // namespace phasescope::states
