#include "phasescope/intelliton/modes.h"

#include <limits>
#include <random>

#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <gtest/gtest.h>

#include "phasescope/intelliton/field_statistics.h"

namespace phasescope::intelliton {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

/// Rows of a field with prescribed singular values.
RowMatrix field_with(const VectorXd& singular_values, Eigen::Index width, unsigned seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<double> normal;
  const auto random = [&](Eigen::Index rows, Eigen::Index columns) {
    const MatrixXd values = MatrixXd::NullaryExpr(rows, columns, [&] { return normal(generator); });
    return MatrixXd(values.householderQr().householderQ() * MatrixXd::Identity(rows, columns));
  };
  const Eigen::Index tokens = singular_values.size();
  return random(tokens, tokens) * singular_values.asDiagonal() * random(width, tokens).transpose();
}

LayerModes decompose(const RowMatrix& field, Eigen::Index count = 20) {
  return decompose_field(field, gram_matrix(field), count);
}

void expect_decomposition(const RowMatrix& field, const LayerModes& modes) {
  const Eigen::Index count = modes.singular_values.size();
  const double scale = modes.singular_values(0);
  EXPECT_LT((modes.left * modes.singular_values.asDiagonal() * modes.right - field).norm(), 1e-11 * scale);
  EXPECT_LT((modes.left.transpose() * modes.left - MatrixXd::Identity(count, count)).norm(), 1e-8);
  EXPECT_LT((modes.right * modes.right.transpose() - MatrixXd::Identity(count, count)).norm(), 1e-8);
}

TEST(Modes, RecoverPrescribedSingularValues) {
  VectorXd values(6);
  values << 50, 20, 8, 5, 2, 1;
  const RowMatrix field = field_with(values, 40, 1);
  const LayerModes modes = decompose(field);
  EXPECT_LT((modes.singular_values - values).norm(), 1e-11);
  expect_decomposition(field, modes);
}

TEST(Modes, RecoverValuesThatAGramMatrixLoses) {
  VectorXd values(5);
  values << 1e3, 1, 1e-4, 1e-7, 1e-9;
  const RowMatrix field = field_with(values, 40, 2);
  const LayerModes modes = decompose(field);
  for (Eigen::Index i = 0; i < values.size(); ++i)
    EXPECT_NEAR(modes.singular_values(i), values(i), 1e-12 * 1e3);
  expect_decomposition(field, modes);
}

TEST(Modes, CompleteTheBasisOfARankDeficientField) {
  RowMatrix field = field_with((VectorXd(4) << 9, 4, 2, 1).finished(), 30, 3);
  field.row(3) = field.row(1);
  const LayerModes modes = decompose(field);
  EXPECT_LT(modes.singular_values(3), 1e-13);
  expect_decomposition(field, modes);
}

TEST(Modes, GiveAZeroFieldTheUnitVectors) {
  const LayerModes modes = decompose(RowMatrix::Zero(3, 10));
  EXPECT_EQ(modes.singular_values, VectorXd::Zero(3));
  EXPECT_EQ(modes.right, RowMatrix::Identity(3, 10));
}

TEST(Modes, AreAsManyAsTheNarrowerSideAllows) {
  EXPECT_EQ(decompose(field_with(VectorXd::LinSpaced(6, 6, 1), 40, 4), 4).singular_values.size(), 4);
  const RowMatrix tall = field_with(VectorXd::LinSpaced(3, 3, 1), 12, 5).transpose();
  const LayerModes modes = decompose(tall);
  EXPECT_EQ(modes.singular_values.size(), 3);
  expect_decomposition(tall, modes);
}

TEST(Modes, HaveAPositiveLargestEntry) {
  const LayerModes modes = decompose(field_with(VectorXd::LinSpaced(6, 6, 1), 40, 6));
  for (Eigen::Index i = 0; i < 6; ++i)
    EXPECT_EQ(modes.right.row(i).maxCoeff(), modes.right.row(i).cwiseAbs().maxCoeff());
}

TEST(FiniteField, CountsWhatItReplaces) {
  Eigen::Matrix<float, 2, 3, Eigen::RowMajor> states;
  states << 1, std::numeric_limits<float>::quiet_NaN(), 2, std::numeric_limits<float>::infinity(), 3, -4;
  std::int64_t nonfinite = 0;
  const RowMatrix field = finite_field({states.data(), 2, 3, Eigen::OuterStride<>(3)}, nonfinite);
  EXPECT_EQ(nonfinite, 2);
  EXPECT_EQ(field, (RowMatrix(2, 3) << 1, 0, 2, 0, 3, -4).finished());
}

TEST(AbsoluteCosines, AgreeForFewAndForManyRows) {
  for (const Eigen::Index rows : {5, 40}) {
    const RowMatrix a = RowMatrix::Random(rows, 60), b = RowMatrix::Random(rows + 1, 60);
    const MatrixXd cosines = absolute_cosines(a, b);
    const double expected = std::abs(a.row(2).dot(b.row(3))) / (a.row(2).norm() * b.row(3).norm());
    EXPECT_NEAR(cosines(2, 3), expected, 1e-8);
  }
}

// What is expected is Eigen's general product.
TEST(GramMatrix, AgreesForFewAndForManyRowsOfAnyWidth) {
  for (const Eigen::Index rows : {1, 5, 32, 33}) {
    for (const Eigen::Index width : {1, 7, 24, 61}) {
      const RowMatrix field = RowMatrix::Random(rows, width);
      const MatrixXd gram = gram_matrix(field), expected = field * field.transpose();
      EXPECT_LT((gram - expected).cwiseAbs().maxCoeff(), 1e-13 * static_cast<double>(width));
      if (rows > 32) continue;
      EXPECT_EQ(gram, gram.transpose()) << "the sum of two rows does not depend on which comes first";
    }
  }
}

// What is expected is Eigen's tridiagonal decomposition.
TEST(TokenModes, AreTheEigenvectorsOfGramMatricesOfAnySize) {
  for (Eigen::Index rows = 1; rows <= 30; ++rows) {
    const RowMatrix field = RowMatrix::Random(rows, 90) + 4 * RowMatrix::Ones(rows, 90);
    const MatrixXd gram = gram_matrix(field);
    const auto modes = token_modes(gram, rows);
    ASSERT_TRUE(modes) << rows;
    const VectorXd expected =
        Eigen::SelfAdjointEigenSolver<MatrixXd>(gram).eigenvalues().reverse().cwiseSqrt();
    EXPECT_LT((modes->singular_values - expected).cwiseAbs().maxCoeff(), 1e-12 * expected(0)) << rows;
    const MatrixXd values = modes->singular_values.cwiseAbs2().asDiagonal();
    EXPECT_LT((gram * modes->left - modes->left * values).cwiseAbs().maxCoeff(), 1e-13 * gram.trace())
        << rows;
    EXPECT_LT((modes->left.transpose() * modes->left - MatrixXd::Identity(rows, rows)).norm(), 1e-13 * 30)
        << rows;
  }
}

TEST(TokenModes, AreThoseOfOneAloneWhateverTheyAreTakenWith) {
  std::vector<MatrixXd> gram_matrices;
  for (const Eigen::Index rows : {3, 24, 1, 8, 25, 7, 11, 11, 2, 16, 30})
    gram_matrices.push_back(gram_matrix(RowMatrix(RowMatrix::Random(rows, 40))));
  gram_matrices.push_back(MatrixXd::Ones(4, 4));  // not by its Gram matrix
  std::vector<GramModes> grams;
  for (const MatrixXd& gram : gram_matrices)
    grams.push_back({&gram, std::min<Eigen::Index>(gram.rows(), 20)});
  const auto together = token_modes(grams);
  for (std::size_t i = 0; i < grams.size(); ++i) {
    const auto alone = token_modes(*grams[i].gram, grams[i].count);
    ASSERT_EQ(together[i].has_value(), alone.has_value()) << i;
    if (!alone) continue;
    EXPECT_EQ(together[i]->singular_values, alone->singular_values) << i;
    EXPECT_EQ(together[i]->left, alone->left) << i;
  }
  EXPECT_FALSE(together.back());
}

TEST(TokenModes, AreGroupedByLengthAndLongFieldsStayAlone) {
  const auto groups = decomposed_together({5, 40, 7, 6, 33, 7}, 2);
  const std::vector<std::vector<std::size_t>> expected{{1}, {4}, {2, 5, 3}, {0}};
  EXPECT_EQ(groups, expected);
}

TEST(FieldBuilder, KnowsTheSameWithAndWithoutTheStatesOfThePointBefore) {
  using States = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const auto view = [](const States& states) {
    return states::StateMatrix(states.data(), states.rows(), states.cols(),
                               Eigen::OuterStride<>(states.cols()));
  };
  for (const Eigen::Index tokens : {4, 40}) {
    FieldBuilder shown(3, 20), kept(3, 20);
    States previous(0, 50);
    for (int point = 0; point < 3; ++point) {
      States states = States::Random(tokens, 50);
      if (point == 1) states(1, 2) = std::numeric_limits<float>::quiet_NaN();
      shown.add_point(view(states), view(previous));
      kept.add_point(view(states));
      previous = states;
    }
    EXPECT_EQ(shown.statistics().nonfinite, 1);
    EXPECT_EQ(kept.statistics().nonfinite, 1);
    EXPECT_EQ(shown.statistics().cosines, kept.statistics().cosines);
    EXPECT_EQ(shown.statistics().singular_values, kept.statistics().singular_values);
  }
}

// What is expected are the cosines of right vectors that were made.
TEST(FieldBuilder, KnowsCosinesBetweenPointsHoweverManyTokens) {
  using States = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  for (const Eigen::Index tokens : {1, 2, 7, 20, 32, 33, 60}) {
    FieldBuilder builder(5, 20);
    std::vector<RowMatrix> right;
    for (int point = 0; point < 5; ++point) {
      States states = States::Random(tokens, 90);
      if (point == 1 && tokens > 1) states.row(0) = states.row(tokens - 1);  // not by its Gram matrix
      builder.add_point({states.data(), tokens, 90, Eigen::OuterStride<>(90)});
      right.push_back(decompose(states.cast<double>()).right);
    }
    const FieldStatistics& field = builder.statistics();
    EXPECT_LT((field.middle_right - right[2]).cwiseAbs().maxCoeff(), 1e-9) << tokens;
    for (std::size_t l = 0; l + 1 < right.size(); ++l) {
      const MatrixXd difference = field.cosines[l] - absolute_cosines(right[l], right[l + 1]);
      EXPECT_LT(difference.cwiseAbs().maxCoeff(), 1e-9) << tokens << " tokens, point " << l;
    }
  }
}

}  // namespace
}  // namespace phasescope::intelliton
