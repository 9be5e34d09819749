#include "phasescope/intelliton/matched_modes.h"

#include <cmath>

#include <gtest/gtest.h>

namespace phasescope::intelliton {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

/// A field whose mode along channel c grows as exp(rate[c] l), each on a token of its own.
FieldStatistics growing_field(const std::vector<double>& start, const std::vector<double>& rate,
                              Index points) {
  const auto modes = static_cast<Index>(start.size());
  FieldBuilder builder(points, modes);
  Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> states(modes, 8);
  for (Index l = 0; l < points; ++l) {
    states.setZero();
    for (Index i = 0; i < modes; ++i) {
      const auto c = static_cast<std::size_t>(i);
      states(i, i) = static_cast<float>(start[c] * std::exp(rate[c] * static_cast<double>(l)));
    }
    builder.add_point({states.data(), modes, 8, Eigen::OuterStride<>(8)});
  }
  return builder.take();
}

MatchedModes match(const FieldStatistics& field, const MatchOptions& options = {}) {
  return match_modes(field, MatrixXd::Zero(field.points(), field.modes()), "a/0", options);
}

TEST(MatchedModes, FollowAModeThroughACrossing) {
  // Channel 1 starts below channel 0 and overtakes it: ranks swap, axes do not.
  const MatchedModes modes = match(growing_field({10, 2, 1}, {0.0, 0.3, -0.1}, 12));
  // At the middle point (5) channel 0 still leads.
  EXPECT_NEAR(*modes.growth_rate[0], 0.0, 1e-6);
  EXPECT_NEAR(*modes.growth_rate[1], 0.3, 1e-6);
  EXPECT_NEAR(*modes.growth_rate[2], -0.1, 1e-6);
  EXPECT_EQ(modes.first(1), 0);
  EXPECT_EQ(modes.last(1), 11);
  EXPECT_NEAR(*modes.bare_mass[1], -0.3, 1e-6);
  EXPECT_NEAR(modes.mean_cosine, 1, 1e-6);
  EXPECT_EQ(modes.broken_share, 0);
}

TEST(MatchedModes, EndWhereTheAxisIsLost) {
  FieldBuilder builder(8, 2);
  Eigen::Matrix<float, 2, 6, Eigen::RowMajor> states;
  for (int l = 0; l < 8; ++l) {
    states.setZero();
    states(0, 0) = 5;
    states(1, l < 5 ? 1 : 3) = 2;  // the second mode jumps to another channel
    builder.add_point({states.data(), 2, 6, Eigen::OuterStride<>(6)});
  }
  const MatchedModes modes = match(builder.take());
  EXPECT_EQ(modes.last(0), 7);
  EXPECT_EQ(modes.last(1), 4);
  EXPECT_GT(modes.broken_share, 0);
  EXPECT_FALSE(modes.wavefunction_z[1].has_value());
}

TEST(MatchedModes, GiveRepeatableNullsOfTheirOwnSeed) {
  const FieldStatistics field = growing_field({10, 2, 1, 0.5}, {0.1, 0.3, -0.1, 0.2}, 10);
  MatchOptions options;
  options.shuffle_tokens_draws = options.shuffle_layers_draws = 25;
  const ShuffleDraws a = match(field, options).shuffled, b = match(field, options).shuffled;
  EXPECT_EQ(a.spin, b.spin);
  EXPECT_EQ(a.growth_rate, b.growth_rate);
  EXPECT_EQ(a.spectrum.size(), 25U);
  options.seed = 99;
  const ShuffleDraws other = match(field, options).shuffled;
  EXPECT_EQ(other.spin.rows(), 25);
  EXPECT_NE(other.growth_rate, a.growth_rate);
}

// A permutation of N equidistant points with values r l has slopes that are symmetric around 0: their mean
// over draws vanishes, and only the two monotonic orders reach |r|.
TEST(MatchedModes, ShuffledLayersLoseTheTrend) {
  MatchOptions options;
  options.shuffle_layers_draws = 400;
  const MatchedModes modes = match(growing_field({10, 2}, {0.0, 0.3}, 12), options);
  const Eigen::VectorXf rates = modes.shuffled.growth_rate.col(1);
  EXPECT_LE(rates.cwiseAbs().maxCoeff(), 0.3F + 1e-4F);
  // The slope of a random order has standard deviation r / sqrt(N - 1).
  const double error = 0.3 / std::sqrt(11.0) / std::sqrt(400.0);
  EXPECT_NEAR(static_cast<double>(rates.mean()), 0, 4 * error);
  EXPECT_NEAR(std::sqrt(static_cast<double>(rates.squaredNorm()) / 400), 0.3 / std::sqrt(11.0), 0.01);
}

TEST(MatchedModes, HaveARunningMassAlongTheMatch) {
  const MatchedModes modes = match(growing_field({10, 2, 1}, {0.0, 0.3, -0.1}, 12));
  const Eigen::MatrixXd mass = running_mass(modes, 4);
  EXPECT_NEAR((mass.col(1).array() + 0.3).abs().maxCoeff(), 0, 1e-6);
  EXPECT_NEAR((mass.col(2).array() - 0.1).abs().maxCoeff(), 0, 1e-6);
  EXPECT_GE(*modes.fixed_point[1], 4);  // from N / 3 on
}

// K sources that pick among K targets: for K = 2 both pick the same with probability 1/2.
TEST(RandomFusionEvents, HaveAClosedForm) {
  EXPECT_NEAR(random_fusion_events(2), 0.5, 1e-15);
  EXPECT_NEAR(random_fusion_events(1), 0, 1e-15);
  // Limit K (1 - 2/e).
  EXPECT_NEAR(random_fusion_events(1000) / 1000, 1 - 2 / std::exp(1.0), 1e-3);
}

}  // namespace
}  // namespace phasescope::intelliton
