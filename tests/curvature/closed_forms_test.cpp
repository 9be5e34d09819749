// Every definition on trajectories whose terms have a closed form. Formulas for one product at a time are in
// trajectory_test.cpp; here all 60 definitions (or all that a case can tell apart) are gone through.
#include "trajectories.h"

#include <cmath>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "phasescope/curvature/run_statistics.h"

namespace phasescope::curvature {
namespace {

using testing::circle_states;
using testing::normal_states;
using testing::pi;
using testing::terms_of;
using testing::walk_states;

/// Two steps of lengths s and t that meet at an angle, so that their ends are `across` apart.
struct Meeting {
  double s = 0, t = 0, angle = 0, across = 0;

  double curvature(Curvature kind) const {
    switch (kind) {
      case Curvature::turning:
        return angle;
      case Curvature::turning_cosine:
        return 1 - std::cos(angle);
      case Curvature::second_difference:
        return std::sqrt(s * s + t * t - 2 * s * t * std::cos(angle));
      case Curvature::menger:
        return 2 * std::sin(angle) / across;
      case Curvature::three_point:
        return 8 * s * t * std::sin(angle) / std::pow(across, 3);
    }
    return 0;
  }
};

/// Delta of a step of this chord between two states at an angle.
double delta(Delta kind, double chord, double angle) {
  if (kind == Delta::chord) return chord;
  return kind == Delta::cosine ? 1 - std::cos(angle) : angle;
}

std::vector<Definition> every_definition() {
  std::vector<Definition> all;
  for (const Alignment alignment : {Alignment::causal, Alignment::centred}) {
    Definition base;
    base.alignment = alignment;
    for (const Definition& definition : all_combinations(base)) all.push_back(definition);
  }
  return all;
}

void expect_near_relative(double found, double expected, double tolerance, const Definition& definition) {
  EXPECT_NEAR(found, expected, tolerance * std::abs(expected)) << ct_id(definition);
}

/// A regular polygon of radius 2.5: its centre is the origin, so l2 and centred put it on the unit circle;
/// each channel has a deviation of 2.5 / sqrt 2, so standardising gives the radius sqrt 2.
TEST(ClosedForm, OfAClosedGreatCircle) {
  constexpr Eigen::Index corners = 12;
  constexpr double a = 2 * pi / corners;
  const States states = circle_states(corners, 4, a) * 2.5;
  const std::map<Norm, double> radius = {
      {Norm::l2, 1}, {Norm::raw, 2.5}, {Norm::centred, 1}, {Norm::standardised, std::sqrt(2.0)}};
  for (const Definition& definition : every_definition()) {
    const double r = radius.at(definition.norm);
    const double chord = 2 * r * std::sin(a / 2);
    const Meeting meeting{chord, chord, a, 2 * r * std::sin(a)};
    const double expected = delta(definition.delta, chord, a) * meeting.curvature(definition.curvature);
    const TrajectoryTerms terms = terms_of(states, definition);
    ASSERT_EQ(terms.ct.size(), 10U);
    for (const double ct : terms.ct) expect_near_relative(ct, expected, 1e-11, definition);
    EXPECT_NEAR(max_over_mean(terms.ct, 10, Clip::raw), 1, 1e-11) << ct_id(definition);
  }
}

/// Equal steps along a line through the origin's neighbourhood turn nowhere: ct is 0 under raw, and under
/// standardised up to the rounding of the moments.
TEST(ClosedForm, OfALine) {
  States states(8, 3);
  for (Eigen::Index i = 0; i < 8; ++i)
    states.row(i) << 4.0 + static_cast<double>(i), 2.0 * static_cast<double>(i), 8;
  for (const Definition& definition : every_definition()) {
    if (definition.norm == Norm::l2 || definition.norm == Norm::centred) continue;  // these bend it
    const double tolerance = definition.norm == Norm::raw ? 0 : 1e-6;  // an angle is the root of a rounding
    for (const double ct : terms_of(states, definition).ct)
      EXPECT_NEAR(ct, 0, tolerance) << ct_id(definition);
  }
}

/// l2 bends a line into an arc of a great circle; centred folds it into two opposite points.
TEST(ClosedForm, OfALineOnTheSphere) {
  States line(9, 2);
  for (Eigen::Index i = 0; i < 9; ++i) line.row(i) << 1, std::tan(0.1 * static_cast<double>(i));
  const double chord = 2 * std::sin(0.05);
  const Meeting meeting{chord, chord, 0.1, 2 * std::sin(0.1)};
  for (const Definition& definition : every_definition()) {
    if (definition.norm != Norm::l2) continue;
    const double expected = delta(definition.delta, chord, 0.1) * meeting.curvature(definition.curvature);
    for (const double ct : terms_of(line, definition).ct)
      expect_near_relative(ct, expected, 1e-11, definition);
  }
}

/// The helix (r cos wt, r sin wt, pt) as it is: equal steps at equal angles, and between states the angle of
/// their own dot product.
TEST(ClosedForm, OfAHelix) {
  constexpr double r = 2, w = 0.7, p = 0.3;
  States states(12, 3);
  for (Eigen::Index i = 0; i < 12; ++i) {
    const auto t = static_cast<double>(i);
    states.row(i) << r * std::cos(w * t), r * std::sin(w * t), p * t;
  }
  const double flat = 4 * r * r * std::pow(std::sin(w / 2), 2);
  const double square = flat + p * p;
  const double cosine = (flat * std::cos(w) + p * p) / square;
  const Meeting meeting{std::sqrt(square), std::sqrt(square), std::acos(cosine),
                        std::sqrt(2 * square * (1 + cosine))};
  for (const Definition& definition : every_definition()) {
    if (definition.norm != Norm::raw) continue;
    const TrajectoryTerms terms = terms_of(states, definition);
    for (std::size_t k = 0; k < terms.ct.size(); ++k) {
      const double first = static_cast<double>(k) + (definition.alignment == Alignment::causal ? 1 : 0);
      const double dot = r * r * std::cos(w) + p * p * first * (first + 1);
      const double lengths =
          std::sqrt((r * r + p * p * first * first) * (r * r + p * p * (first + 1) * (first + 1)));
      const double expected = delta(definition.delta, std::sqrt(square), std::acos(dot / lengths)) *
                              meeting.curvature(definition.curvature);
      expect_near_relative(terms.ct[k], expected, 1e-10, definition);
    }
  }
}

/// The steps of a random walk in many dimensions are at right angles and of length L = sqrt(width).
TEST(ClosedForm, OfARandomWalk) {
  constexpr Eigen::Index width = 4096;
  const double length = std::sqrt(static_cast<double>(width));
  const Meeting meeting{length, length, pi / 2, std::sqrt(2.0) * length};
  const States states = walk_states(100, width, 21);
  for (const Definition& definition : every_definition()) {
    if (definition.norm != Norm::raw || definition.delta != Delta::chord) continue;
    expect_near_relative(mean_of_defined(terms_of(states, definition).ct).value(),
                         length * meeting.curvature(definition.curvature), 0.01, definition);
  }
}

/// Independent directions are at right angles; under centred their mean is gone, which lowers each cosine by
/// 1/(n-1), here 1/199.
TEST(ClosedForm, OfUnrelatedDirections) {
  const States states = normal_states(200, 2048, 22);
  for (const Definition& definition : every_definition()) {
    if (definition.norm != Norm::l2 && definition.norm != Norm::centred) continue;
    expect_near_relative(mean_of_defined(terms_of(states, definition).ct).value(),
                         unrelated_delta(definition).value() * unrelated_curvature(definition).value(), 0.02,
                         definition);
  }
}

/// Steps of 0.1 along the unit circle with one of 2 from state 5 to 6: by the inscribed angle two steps a and
/// b meet at (a + b)/2. The peak is where the jump is the step that enters ct.
TEST(ClosedForm, OfAnAbruptJump) {
  States states(12, 2);
  double angle = 0;
  for (Eigen::Index i = 0; i < 12; ++i, angle += i == 6 ? 2 : 0.1)
    states.row(i) << std::cos(angle), std::sin(angle);
  const Meeting meeting{2 * std::sin(0.05), 2 * std::sin(1.0), 1.05, 2 * std::sin(1.05)};
  for (const Definition& definition : every_definition()) {
    if (definition.norm != Norm::l2 && definition.norm != Norm::raw) continue;
    const std::size_t place = definition.alignment == Alignment::causal ? 4 : 5;
    const TrajectoryTerms terms = terms_of(states, definition);
    EXPECT_EQ(run_statistics(terms, Clip::raw).argmax, place) << ct_id(definition);
    expect_near_relative(terms.ct[place],
                         delta(definition.delta, meeting.t, 2) * meeting.curvature(definition.curvature),
                         1e-10, definition);
  }
}

/// No step, no direction: ct is 0 everywhere, there is no ratio, and only the second difference has a value.
TEST(ClosedForm, OfConstantStates) {
  const States states = States::Constant(7, 4, 0.25);
  for (const Definition& definition : every_definition()) {
    const NormalisedStates normalised = normalise(states, definition.norm);
    const TrajectoryTerms terms = trajectory_terms(normalised, definition);
    if (definition.norm == Norm::centred) {
      EXPECT_EQ(normalised.dropped.size(), 7U);  // nothing is left of them
      EXPECT_TRUE(terms.ct.empty());
      continue;
    }
    EXPECT_EQ(terms.ct, std::vector<double>(5, 0.0)) << ct_id(definition);
    EXPECT_TRUE(std::isnan(max_over_mean(terms.ct, 5, Clip::raw)));
    for (const double value : terms.curvature) {
      if (definition.curvature == Curvature::second_difference) {
        EXPECT_EQ(value, 0);
      } else {
        EXPECT_TRUE(std::isnan(value)) << ct_id(definition);
      }
    }
  }
}

/// Raw states times c: lengths grow with c, curvatures of circles fall with it, angles stay. The other norms
/// take the scale away.
TEST(ClosedForm, OfStatesOfLargeAndSmallNorm) {
  const States states = normal_states(10, 7, 5);
  const std::map<Delta, int> power_of_delta = {{Delta::chord, 1}, {Delta::cosine, 0}, {Delta::arc, 0}};
  const std::map<Curvature, int> power_of_curvature = {{Curvature::turning, 0},
                                                       {Curvature::turning_cosine, 0},
                                                       {Curvature::second_difference, 1},
                                                       {Curvature::menger, -1},
                                                       {Curvature::three_point, -1}};
  for (const double scale : {1e6, 1e-6}) {
    for (const Definition& definition : every_definition()) {
      const int power = power_of_delta.at(definition.delta) + power_of_curvature.at(definition.curvature);
      const double factor = definition.norm == Norm::raw ? std::pow(scale, power) : 1;
      const auto expected = terms_of(states, definition).ct;
      const auto scaled = terms_of(states * scale, definition).ct;
      for (std::size_t k = 0; k < expected.size(); ++k)
        expect_near_relative(scaled[k], factor * expected[k], 1e-11, definition);
    }
  }
}

/// Zero and non-finite states vanish and the trajectory closes over the gap, at either end and in the middle.
TEST(ClosedForm, OfATrajectoryWithZeroAndNonFiniteStates) {
  const States whole = circle_states(9, 4, 0.3) * 2;
  States holed(13, 4);
  holed << States::Zero(1, 4), whole.topRows(4), States::Zero(2, 4), whole.bottomRows(5), whole.topRows(1);
  holed(12, 1) = std::numeric_limits<double>::infinity();
  for (const Definition& definition : every_definition()) {
    const NormalisedStates normalised = normalise(holed, definition.norm);
    EXPECT_EQ(normalised.dropped, (std::vector<std::int64_t>{0, 5, 6, 12}));
    EXPECT_EQ(trajectory_terms(normalised, definition).ct, terms_of(whole, definition).ct)
        << ct_id(definition);
  }
}

TEST(ClosedForm, OfShortRuns) {
  for (const Definition& definition : every_definition()) {
    for (Eigen::Index count = 0; count <= 4; ++count) {
      const std::size_t expected = count < 3 ? 0 : static_cast<std::size_t>(count - 2);
      EXPECT_EQ(terms_of(normal_states(count, 5, 1), definition).ct.size(), expected) << ct_id(definition);
    }
  }
}

}  // namespace
}  // namespace phasescope::curvature
