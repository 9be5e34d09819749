#include "phasescope/curvature/shuffled_null.h"

#include "trajectories.h"

#include <gtest/gtest.h>

#include "phasescope/base/threads.h"
#include "phasescope/curvature/run_statistics.h"
#include "phasescope/stats/descriptive.h"

namespace phasescope::curvature {
namespace {

NormalisedStates reordered(const NormalisedStates& states, const std::vector<std::size_t>& order) {
  NormalisedStates result = states;
  for (std::size_t k = 0; k < order.size(); ++k) {
    result.states.row(static_cast<Eigen::Index>(k)) = states.states.row(static_cast<Eigen::Index>(order[k]));
    result.norms[k] = states.norms[order[k]];
  }
  return result;
}

ShuffledNull null_of(const States& raw, const Definition& definition, const NullOptions& options) {
  const NormalisedStates states = normalise(raw, definition.norm);
  return shuffled_null(PairTable(states, definition), trajectory_terms(states, definition).ct, definition,
                       options);
}

// Brute force: whole random orders of the first n states, each trajectory computed from its states.
TEST(ShuffledNull, IsThatOfWholeShuffledTrajectoriesAtEveryLength) {
  const NullOptions options{40, 17, "run"};
  for (const char* id : {"l2/chordxturning", "raw/arcxmenger", "centred/cosinexsecond_difference"}) {
    for (const char* alignment : {"causal", "centred"}) {
      const Definition definition = testing::defined_by(id, alignment);
      const NormalisedStates states = normalise(testing::walk_states(12, 6, 21), definition.norm);
      const ShuffledNull null = shuffled_null(PairTable(states, definition),
                                              trajectory_terms(states, definition).ct, definition, options);
      ASSERT_EQ(null.by_length.size(), 8U);
      for (std::size_t steps = fewest_steps; steps <= 10; ++steps) {
        std::vector<double> ratios;
        for (std::size_t draw = 0; draw < options.draws; ++draw) {
          stats::RandomStream stream(stats::stream_key(options.seed, "null:run", draw));
          NormalisedStates prefix = states;
          prefix.states.conservativeResize(static_cast<Eigen::Index>(steps + 2), Eigen::NoChange);
          prefix.kept.resize(steps + 2);
          const auto order = stats::random_permutation(steps + 2, stream);
          ratios.push_back(
              max_over_mean(trajectory_terms(reordered(prefix, order), definition).ct, steps, Clip::raw));
        }
        EXPECT_NEAR(null.at(steps)->mean, stats::mean(ratios), 1e-12);
        EXPECT_NEAR(null.at(steps)->low, stats::quantile(ratios, 0.025), 1e-12);
        EXPECT_NEAR(null.at(steps)->high, stats::quantile(ratios, 0.975), 1e-12);
      }
    }
  }
}

TEST(ShuffledNull, DoesNotDependOnThreads) {
  const States states = testing::walk_states(30, 16, 5);
  set_thread_count(1);
  const auto alone = null_of(states, {}, {200, 1, "a"}).at(28);
  set_thread_count(4);
  const auto together = null_of(states, {}, {200, 1, "a"}).at(28);
  set_thread_count(0);
  EXPECT_EQ(alone->mean, together->mean);
  EXPECT_EQ(alone->low, together->low);
  EXPECT_EQ(alone->p_value, together->p_value);
}

TEST(ShuffledNull, HasItsOwnStreamForEachSeedAndRun) {
  const States states = testing::walk_states(30, 16, 5);
  const double mean = null_of(states, {}, {50, 1, "a"}).at(28)->mean;
  EXPECT_NE(mean, null_of(states, {}, {50, 2, "a"}).at(28)->mean);
  EXPECT_NE(mean, null_of(states, {}, {50, 1, "b"}).at(28)->mean);
}

// A smooth path has small steps and small turns; shuffling it makes both large, and the smooth path with one
// jump has a far larger ratio than any shuffled one.
TEST(ShuffledNull, TellsAJumpFromItsShuffles) {
  States states = testing::circle_states(40, 3, 0.02);
  states.bottomRows(15).rowwise() += Eigen::RowVector3d(0, 0, 3);
  const auto null = null_of(states, {}, {200, 1, "jump"}).at(38);
  EXPECT_EQ(null->side, Side::above);
  EXPECT_NEAR(null->p_value, 1.0 / 201, 1e-15);
}

// Between the corners of a regular simplex every order gives the same terms, so all null ratios are 1 but for
// rounding and so is the observed one.
TEST(ShuffledNull, CountsEqualRatiosAsReached) {
  const States simplex = States::Identity(8, 8);
  const auto null = null_of(simplex, {}, {100, 1, "simplex"}).at(6);
  EXPECT_NEAR(null->mean, 1, 1e-12);
  EXPECT_EQ(null->p_value, 1);
  EXPECT_EQ(null->side, Side::inside);
}

TEST(ShuffledNull, IsAbsentWithoutDrawsOrMotion) {
  EXPECT_FALSE(null_of(testing::walk_states(9, 4, 1), {}, {0, 1, "a"}).at(7));
  EXPECT_FALSE(null_of(States::Constant(9, 4, 2.0), {}, {20, 1, "a"}).at(7));
  EXPECT_FALSE(null_of(testing::walk_states(9, 4, 1), {}, {20, 1, "a"}).at(8));
}

}  // namespace
}  // namespace phasescope::curvature
