#include "phasescope/curvature/pair_table.h"

#include "trajectories.h"

#include <gtest/gtest.h>

namespace phasescope::curvature {
namespace {

using testing::circle_states;
using testing::normal_states;

void expect_near(double found, double expected, double tolerance, const std::string& name) {
  EXPECT_EQ(std::isnan(found), std::isnan(expected)) << name;
  if (!std::isnan(expected)) {
    EXPECT_NEAR(found, expected, tolerance * expected) << name;
  }
}

/// The same values straight from the states, for every ordered triple.
void expect_same_as_from_states(const States& raw, const Definition& definition, double tolerance,
                                std::size_t longest_tabulated) {
  const NormalisedStates states = normalise(raw, definition.norm);
  const PairTable pairs(states, definition, longest_tabulated);
  for (std::size_t i = 0; i < states.size(); ++i) {
    for (std::size_t j = 0; j < states.size(); ++j) {
      for (std::size_t k = 0; k < states.size(); ++k) {
        if (i == j || j == k || i == k) continue;
        States triple(3, raw.cols());
        triple << states.states.row(static_cast<Eigen::Index>(i)),
            states.states.row(static_cast<Eigen::Index>(j)), states.states.row(static_cast<Eigen::Index>(k));
        const NormalisedStates ordered{
            triple, {states.norms[i], states.norms[j], states.norms[k]}, {0, 1, 2}, {}};
        const TrajectoryTerms terms = trajectory_terms(ordered, definition);
        const std::string name = ct_id(definition) + " " + std::to_string(100 * i + 10 * j + k);
        expect_near(pairs.delta(j, k), terms.delta[0], tolerance, name);
        expect_near(pairs.curvature(i, j, k), terms.curvature[0], tolerance, name);
      }
    }
  }
}

TEST(PairTable, EqualsTheStates) {
  for (const Definition& definition : all_combinations({})) {
    expect_same_as_from_states(normal_states(7, 5, 2), definition, 1e-11, 4096);
  }
}

// Along a short arc all triangles are needles.
TEST(PairTable, EqualsTheStatesWhereTrianglesAreFlat) {
  for (const Definition& definition : all_combinations({})) {
    if (definition.norm != Norm::raw) continue;
    expect_same_as_from_states(circle_states(6, 4, 1e-3), definition, 1e-9, 4096);
  }
}

// Among equal states, where every side is 0, and beside them.
TEST(PairTable, EqualsTheStatesWhereStepsAreZero) {
  States states = normal_states(6, 4, 3);
  states.row(2) = states.row(1);
  states.row(3) = states.row(1);
  for (const Definition& definition : all_combinations({})) {
    expect_same_as_from_states(states, definition, 1e-11, 4096);
    expect_same_as_from_states(States::Constant(3, 4, 0.5), definition, 1e-11, 4096);
  }
}

// Many triples at once, among them flat ones and steps of no length.
TEST(PairTable, GivesTheCurvaturesOfManyTriples) {
  States raw = normal_states(9, 5, 6);
  raw.row(3) = raw.row(7);
  raw.row(4) = 0.5 * (raw.row(0) + raw.row(1));
  for (const Definition& definition : all_combinations({})) {
    const NormalisedStates states = normalise(raw, definition.norm);
    for (const std::size_t longest_tabulated : {4096, 0}) {
      const PairTable pairs(states, definition, longest_tabulated);
      std::vector<PairTable::Triple> triples;
      for (std::size_t i = 0; i < 9; ++i) {
        for (std::size_t j = 0; j < 9; ++j) triples.push_back({i, j, (i + j + 1) % 9});
      }
      const std::vector<double> found = pairs.curvatures(triples);
      ASSERT_EQ(found.size(), triples.size());
      for (std::size_t t = 0; t < triples.size(); ++t) {
        const auto& [i, j, k] = triples[t];
        expect_near(found[t], pairs.curvature(i, j, k), 1e-14, ct_id(definition));
      }
    }
  }
}

TEST(PairTable, EqualsTheStatesWithoutATable) {
  for (const Definition& definition : all_combinations({})) {
    expect_same_as_from_states(normal_states(5, 5, 4), definition, 1e-11, 0);
  }
}

}  // namespace
}  // namespace phasescope::curvature
