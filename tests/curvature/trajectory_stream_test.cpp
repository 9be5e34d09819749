#include "phasescope/curvature/trajectory_stream.h"

#include "trajectories.h"

#include <gtest/gtest.h>

#include "phasescope/base/error.h"

namespace phasescope::curvature {
namespace {

using Rows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Equal bits; NaN equals NaN.
void expect_same_bits(const std::vector<double>& a, const std::vector<double>& b, const std::string& name) {
  ASSERT_EQ(a.size(), b.size()) << name;
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_TRUE(a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]))) << name << " " << i;
  }
}

TEST(TrajectoryStream, GivesTheBitsOfTheWholeRun) {
  Rows rows = testing::walk_states(14, 13, 6).cast<float>();
  rows.row(3) = rows.row(2);
  rows.row(7).setZero();
  rows(9, 4) = std::nanf("");
  for (const char* alignment : {"causal", "centred"}) {
    for (const Definition& definition :
         all_combinations(testing::defined_by("l2/chordxturning", alignment))) {
      if (definition.norm != Norm::l2 && definition.norm != Norm::raw) continue;
      TrajectoryStream stream(definition);
      for (Eigen::Index i = 0; i < rows.rows(); ++i) stream.push(100 + i, rows.row(i).data(), 13);
      const TrajectoryTerms whole = testing::terms_of(rows.cast<double>(), definition);
      expect_same_bits(stream.terms().ct, whole.ct, ct_id(definition));
      expect_same_bits(stream.terms().delta, whole.delta, ct_id(definition));
      expect_same_bits(stream.terms().curvature, whole.curvature, ct_id(definition));
      EXPECT_EQ(stream.dropped_positions(), (std::vector<std::int64_t>{107, 109}));
    }
  }
}

TEST(TrajectoryStream, RefusesNormsThatNeedTheWholeSpan) {
  EXPECT_THROW(TrajectoryStream{testing::defined_by("centred/chordxturning")}, Error);
  EXPECT_THROW(TrajectoryStream{testing::defined_by("standardised/chordxturning")}, Error);
}

}  // namespace
}  // namespace phasescope::curvature
