#include "phasescope/curvature/trajectory.h"

#include "trajectories.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "phasescope/curvature/run_statistics.h"

namespace phasescope::curvature {
namespace {

using testing::circle_states;
using testing::defined_by;
using testing::normal_states;
using testing::pi;
using testing::terms_of;
using testing::walk_states;

void expect_all(const std::vector<double>& values, double expected, double tolerance) {
  ASSERT_FALSE(values.empty());
  for (const double value : values)
    EXPECT_NEAR(value, expected, tolerance * std::max(1.0, std::abs(expected)));
}

// On a great circle in steps of angle a: chord 2 sin(a/2), turning a, second difference 2 (1 - cos a), Menger
// curvature 1 (the circle has radius 1), three_point 8 c^2 sin(a) / (2 sin a)^3 with the chord c.
TEST(TrajectoryTerms, OnAGreatCircleHaveTheirClosedForms) {
  for (const double a : {0.01, 0.5, 1.7}) {
    const States states = circle_states(9, 5, a) * 3.5;
    const double chord = 2 * std::sin(a / 2);
    expect_all(terms_of(states, defined_by("l2/chordxturning")).delta, chord, 1e-12);
    expect_all(terms_of(states, defined_by("l2/cosinexturning")).delta, 1 - std::cos(a), 1e-12);
    expect_all(terms_of(states, defined_by("l2/arcxturning")).delta, a, 1e-12);
    expect_all(terms_of(states, defined_by("l2/chordxturning")).curvature, a, 1e-12);
    expect_all(terms_of(states, defined_by("l2/chordxturning_cosine")).curvature, 1 - std::cos(a), 1e-12);
    expect_all(terms_of(states, defined_by("l2/chordxsecond_difference")).curvature, 2 - 2 * std::cos(a),
               1e-12);
    expect_all(terms_of(states, defined_by("l2/chordxmenger")).curvature, 1, 1e-11);
    expect_all(terms_of(states, defined_by("l2/chordxthree_point")).curvature, std::pow(std::cos(a / 2), -2),
               1e-11);
    expect_all(terms_of(states, defined_by("l2/chordxturning")).ct, chord * a, 1e-12);
  }
}

// Equal steps along a line of small integers: differences are exact.
TEST(TrajectoryTerms, OnALineDoNotTurn) {
  States states(6, 3);
  for (Eigen::Index i = 0; i < 6; ++i)
    states.row(i) << 1.0 + static_cast<double>(i), 2.0 * static_cast<double>(i), 4;
  for (const char* curvature : {"turning", "turning_cosine", "second_difference", "menger", "three_point"}) {
    const auto terms = terms_of(states, defined_by(std::string("raw/chordx") + curvature));
    expect_all(terms.delta, std::sqrt(5.0), 1e-15);
    expect_all(terms.curvature, 0, 0);
    expect_all(terms.ct, 0, 0);
  }
}

// Helix (r cos wt, r sin wt, pt): chord^2 = 4 r^2 sin^2(w/2) + p^2, s.s' = 4 r^2 sin^2(w/2) cos w + p^2.
TEST(TrajectoryTerms, OnAHelixHaveTheirClosedForms) {
  constexpr double r = 2;
  constexpr double w = 0.7;
  constexpr double p = 0.3;
  States states(12, 3);
  for (Eigen::Index i = 0; i < 12; ++i) {
    const auto t = static_cast<double>(i);
    states.row(i) << r * std::cos(w * t), r * std::sin(w * t), p * t;
  }
  const double flat = 4 * r * r * std::sin(w / 2) * std::sin(w / 2);
  const double square = flat + p * p;
  const double cosine = (flat * std::cos(w) + p * p) / square;
  const double sine = std::sqrt(1 - cosine * cosine);
  const double across = std::sqrt(2 * square * (1 + cosine));
  expect_all(terms_of(states, defined_by("raw/chordxturning")).delta, std::sqrt(square), 1e-12);
  expect_all(terms_of(states, defined_by("raw/chordxturning")).curvature, std::acos(cosine), 1e-12);
  expect_all(terms_of(states, defined_by("raw/chordxsecond_difference")).curvature,
             std::sqrt(2 * square * (1 - cosine)), 1e-12);
  expect_all(terms_of(states, defined_by("raw/chordxmenger")).curvature, 2 * sine / across, 1e-12);
  expect_all(terms_of(states, defined_by("raw/chordxthree_point")).curvature,
             8 * square * sine / std::pow(across, 3), 1e-12);
}

// Independent directions in many dimensions are at right angles: chord sqrt 2, turning 2 pi / 3 and so on. In
// 4096 dimensions a cosine has a standard deviation of 1/64, and means are over 98 values.
TEST(TrajectoryTerms, OfUnrelatedDirectionsHaveTheReferenceValues) {
  const States states = normal_states(100, 4096, 11);
  for (const Definition& definition : all_combinations({})) {
    if (definition.norm != Norm::l2) continue;
    const TrajectoryTerms terms = terms_of(states, definition);
    EXPECT_NEAR(mean_of_defined(terms.delta).value() / unrelated_delta(definition).value(), 1, 0.01);
    EXPECT_NEAR(mean_of_defined(terms.curvature).value() / unrelated_curvature(definition).value(), 1, 0.01)
        << ct_id(definition);
  }
}

// The steps of a random walk are independent directions: the turning angle is pi / 2.
TEST(TrajectoryTerms, OfARandomWalkTurnByARightAngle) {
  const auto terms = terms_of(walk_states(100, 4096, 12), defined_by("raw/chordxturning"));
  EXPECT_NEAR(mean_of_defined(terms.curvature).value(), pi / 2, 0.01);
  EXPECT_NEAR(mean_of_defined(terms.delta).value(), std::sqrt(4096.0), 0.5);
}

// A walk along a circle in steps of 0.1 with one step of 2: the step into the jump pairs with the angle
// before it. By hand for causal alignment: chord 2 sin 1 times the turning angle (0.1 + 2) / 2.
TEST(TrajectoryTerms, ShowAnAbruptJumpWhereItIs) {
  States states = States::Zero(12, 2);
  double angle = 0;
  for (Eigen::Index i = 0; i < 12; ++i, angle += i == 6 ? 2 : 0.1) {
    states.row(i) << std::cos(angle), std::sin(angle);
  }
  const auto causal = terms_of(states, defined_by("l2/chordxturning"));
  const auto centred = terms_of(states, defined_by("l2/chordxturning", "centred"));
  const double peak = 2 * std::sin(1.0) * 1.05;
  EXPECT_NEAR(causal.ct[4], peak, 1e-12);  // states 4, 5, 6
  EXPECT_NEAR(centred.ct[5], peak, 1e-12);
  EXPECT_EQ(run_statistics(causal, Clip::raw).argmax, 4U);
  EXPECT_EQ(run_statistics(centred, Clip::raw).argmax, 5U);
}

TEST(TrajectoryTerms, OfConstantStatesAreZeroWithoutAngles) {
  const States states = States::Constant(7, 4, 0.25);
  for (const char* norm : {"l2", "raw", "standardised"}) {
    const auto terms = terms_of(states, defined_by(std::string(norm) + "/chordxturning"));
    EXPECT_EQ(terms.ct, std::vector<double>(5, 0.0));
    for (const double curvature : terms.curvature) EXPECT_TRUE(std::isnan(curvature));
    EXPECT_FALSE(run_statistics(terms, Clip::raw).ratio_norm);
    EXPECT_FALSE(run_statistics(terms, Clip::raw).mean_curvature);
  }
  EXPECT_EQ(normalise(states, Norm::centred).dropped.size(), 7U);
  const auto second = terms_of(states, defined_by("raw/chordxsecond_difference"));
  EXPECT_EQ(second.curvature, std::vector<double>(5, 0.0));
}

TEST(TrajectoryTerms, CloseOverDroppedStates) {
  const States whole = normal_states(8, 6, 3);
  States holed(10, 6);
  holed << whole.topRows(3), States::Zero(1, 6), whole.middleRows(3, 4), whole.row(0), whole.row(7);
  holed(8, 2) = std::nan("");
  for (const Definition& definition : all_combinations({})) {
    const NormalisedStates states = normalise(holed, definition.norm);
    EXPECT_EQ(states.dropped, (std::vector<std::int64_t>{3, 8}));
    EXPECT_EQ(trajectory_terms(states, definition).ct, terms_of(whole, definition).ct) << ct_id(definition);
  }
}

TEST(TrajectoryTerms, AreNoneForFewerThanThreeStates) {
  for (const Eigen::Index count : {0, 1, 2}) {
    for (const Definition& definition : all_combinations({})) {
      EXPECT_TRUE(terms_of(normal_states(count, 4, 1), definition).ct.empty());
    }
  }
  EXPECT_EQ(terms_of(normal_states(3, 4, 1), {}).ct.size(), 1U);
}

TEST(TrajectoryTerms, DoNotDependOnTheScaleOfTheStates) {
  const States states = normal_states(10, 7, 5);
  for (const double scale : {1e6, 1e-6}) {
    for (const Definition& definition : all_combinations({})) {
      if (definition.norm == Norm::raw) continue;
      const auto expected = terms_of(states, definition).ct;
      const auto scaled = terms_of(states * scale, definition).ct;
      for (std::size_t k = 0; k < expected.size(); ++k) EXPECT_NEAR(scaled[k] / expected[k], 1, 1e-12);
    }
  }
}

// Menger curvature is an inverse length, three_point too, second_difference and chord are lengths.
TEST(TrajectoryTerms, ScaleWithRawStates) {
  const States states = normal_states(10, 7, 5);
  for (const double scale : {1e6, 1e-6}) {
    const auto ratio = [&](const char* product) {
      const auto definition = defined_by(std::string("raw/") + product);
      return terms_of(states * scale, definition).ct[3] / terms_of(states, definition).ct[3];
    };
    EXPECT_NEAR(ratio("chordxturning") / scale, 1, 1e-12);
    EXPECT_NEAR(ratio("chordxsecond_difference") / (scale * scale), 1, 1e-12);
    EXPECT_NEAR(ratio("chordxmenger"), 1, 1e-12);
    EXPECT_NEAR(ratio("arcxthree_point") * scale, 1, 1e-12);
  }
}

// Wherever the half angle changes from the dot product to the states themselves, both say the same: two steps
// of any lengths that meet at an angle, and the sides of their triangle by the law of cosines.
TEST(TrajectoryTerms, AreExactFromFlatTrianglesToFoldedOnes) {
  for (const double length : {1.0, 1e-3, 1e3}) {
    for (int i = 1; i < 400; ++i) {
      const double angle = pi * i / 400;
      States states(3, 9);
      states.setConstant(0.5);
      states.row(1)[2] += 1;
      states.row(2) = states.row(1);
      states.row(2)[2] += length * std::cos(angle);
      states.row(2)[7] += length * std::sin(angle);
      const double rounding = 1e-11 / std::min(1.0, length) / std::sin(angle);
      const auto curvature = [&](const char* product) {
        return terms_of(states, defined_by(product)).curvature[0];
      };
      EXPECT_NEAR(curvature("raw/chordxturning"), angle, rounding * angle);
      const double less = 1 + length * length - 2 * length * std::cos(angle);
      EXPECT_NEAR(curvature("raw/chordxsecond_difference"), std::sqrt(less), rounding * std::sqrt(less));
      const double across = std::sqrt(1 + length * length + 2 * length * std::cos(angle));
      EXPECT_NEAR(curvature("raw/chordxmenger") * across / (2 * std::sin(angle)), 1, rounding);
    }
  }
}

// There and back: the turning angle is pi, and no circle goes through the three points.
TEST(TrajectoryTerms, ThereAndBack) {
  States states(3, 2);
  states << 1, 0, 2, 1, 1, 0;
  EXPECT_NEAR(terms_of(states, defined_by("raw/chordxturning")).curvature[0], pi, 1e-15);
  EXPECT_NEAR(terms_of(states, defined_by("raw/chordxturning_cosine")).curvature[0], 2, 1e-15);
  for (const char* product : {"raw/chordxmenger", "raw/chordxthree_point"}) {
    EXPECT_TRUE(std::isnan(terms_of(states, defined_by(product)).curvature[0]));
    EXPECT_EQ(terms_of(states, defined_by(product)).ct[0], 0);
  }
}

// A step counts as zero up to 1e-12 of the longer of its states, and so does the distance of the outer two.
TEST(TrajectoryTerms, HaveNoAngleAtNegligibleSteps) {
  const auto curvature = [](const char* product, double step) {
    States states(3, 2);
    states << 1, 0, 1, step, 2, 1;
    return terms_of(states, defined_by(product)).curvature[0];
  };
  EXPECT_TRUE(std::isnan(curvature("raw/chordxturning", 0.9e-12)));
  EXPECT_FALSE(std::isnan(curvature("raw/chordxturning", 1.1e-12)));
  EXPECT_NEAR(curvature("raw/chordxsecond_difference", 0.9e-12), std::sqrt(2.0), 1e-11);
  const auto closed = [](double gap) {
    States states(3, 2);
    states << 1, 0, 2, 1, 1, gap;
    return std::isnan(terms_of(states, defined_by("raw/chordxmenger")).curvature[0]);
  };
  EXPECT_TRUE(closed(0.9e-12));
  EXPECT_FALSE(closed(1.1e-12));
}

// Tiny turns need the half-angle form: steps (1, 0) and (1, 1e-9) turn by 1e-9.
TEST(TrajectoryTerms, KeepTinyAngles) {
  States states(3, 2);
  states << 0, 1, 1, 1, 2, 1 + 0x1p-30;
  EXPECT_NEAR(terms_of(states, defined_by("raw/chordxturning")).curvature[0] / 0x1p-30, 1, 1e-12);
  EXPECT_NEAR(terms_of(states, defined_by("raw/chordxturning_cosine")).curvature[0] / 0x1p-61, 1, 1e-12);
}

// A standardised state can be all zero, where it has no direction.
TEST(TrajectoryTerms, HaveNoAngleAtTheOrigin) {
  States states(5, 1);
  states << 1, 2, 3, 4, 5;
  const auto terms = terms_of(states, defined_by("standardised/arcxsecond_difference"));
  EXPECT_EQ(normalise(states, Norm::standardised).states(2, 0), 0);
  EXPECT_TRUE(std::isnan(terms.delta[0]));
  EXPECT_EQ(terms.ct[0], 0);
}

TEST(Normalise, CentresAndStandardisesByPopulationMoments) {
  States states(4, 2);
  states << 1, 5, 3, 5, 5, 5, 7, 5;
  const NormalisedStates standardised = normalise(states, Norm::standardised);
  EXPECT_NEAR(standardised.states(0, 0), -3 / std::sqrt(5.0), 1e-15);
  EXPECT_EQ(standardised.states(0, 1), 0);  // a channel that does not vary
  const NormalisedStates centred = normalise(states, Norm::centred);
  EXPECT_EQ(centred.states(0, 0), -1);
  EXPECT_EQ(centred.states(3, 0), 1);
}

TEST(Normalise, DropsStatesThatCentringAllButRemoves) {
  const auto dropped = [](double offset) {
    States states(3, 1);
    states << 1, -1, offset;
    return normalise(states, Norm::centred).dropped;
  };
  EXPECT_EQ(dropped(1e-12), std::vector<std::int64_t>{2});  // 2/3 of the offset is left
  EXPECT_TRUE(dropped(2e-12).empty());
}

TEST(TermsOfAllCombinations, EqualThoseOneByOne) {
  const States states = normal_states(9, 6, 8);
  for (const Alignment alignment : {Alignment::causal, Alignment::centred}) {
    Definition base;
    base.alignment = alignment;
    const auto definitions = all_combinations(base);
    for (std::size_t i = 0; i < definitions.size(); i += 15) {
      const NormalisedStates normalised = normalise(states, definitions[i].norm);
      const auto all = terms_of_all_combinations(normalised, alignment);
      for (std::size_t j = 0; j < 15; ++j) {
        EXPECT_EQ(all[j].ct, trajectory_terms(normalised, definitions[i + j]).ct);
      }
    }
  }
}

}  // namespace
}  // namespace phasescope::curvature
