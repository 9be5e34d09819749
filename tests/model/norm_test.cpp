// Norms. Source of what is expected: their definitions in float64 loops (Ba et al. 2016; Zhang and Sennrich
// 2019).
#include "norm.h"

#include "random_matrix.h"

#include <cmath>

#include <gtest/gtest.h>

namespace phasescope::model {
namespace {

using checkpoint::NormKind;
using testing::OwnedMatrix;

struct Parameters {
  std::vector<float> scale, bias;
  NormTensor tensor() const {
    return {scale.empty() ? nullptr : scale.data(), bias.empty() ? nullptr : bias.data()};
  }
};

Parameters random_parameters(std::int64_t width, bool with_bias) {
  const OwnedMatrix numbers = OwnedMatrix::random(2, width, 99, 2);
  Parameters parameters;
  const ConstMatrix view = numbers.view();
  parameters.scale.assign(view.row(0), view.row(0) + width);
  if (with_bias) parameters.bias.assign(view.row(1), view.row(1) + width);
  return parameters;
}

std::vector<double> reference(NormKind kind, double epsilon, const Parameters& parameters,
                              const OwnedMatrix& x, std::int64_t row) {
  const std::int64_t width = x.columns();
  double mean = 0, square = 0;
  for (std::int64_t c = 0; c < width; ++c) mean += x.at(row, c) / static_cast<double>(width);
  if (kind != NormKind::layer) mean = 0;
  for (std::int64_t c = 0; c < width; ++c)
    square += std::pow(x.at(row, c) - mean, 2) / static_cast<double>(width);
  std::vector<double> y;
  for (std::int64_t c = 0; c < width; ++c) {
    const auto i = static_cast<std::size_t>(c);
    double value = (x.at(row, c) - mean) / std::sqrt(square + epsilon);
    if (!parameters.scale.empty())
      value *= (kind == NormKind::rms_unit_offset ? 1.0 : 0.0) + static_cast<double>(parameters.scale[i]);
    if (!parameters.bias.empty()) value += static_cast<double>(parameters.bias[i]);
    y.push_back(value);
  }
  return y;
}

void expect_reference(NormKind kind, double epsilon, const Parameters& parameters, const OwnedMatrix& x) {
  OwnedMatrix y(x.rows(), x.columns(), 3, -1);
  normalize_rows(kind, epsilon, parameters.tensor(), x.view(), y.view());
  for (std::int64_t r = 0; r < x.rows(); ++r) {
    const std::vector<double> expected = reference(kind, epsilon, parameters, x, r);
    for (std::int64_t c = 0; c < x.columns(); ++c) {
      const double e = expected[static_cast<std::size_t>(c)];
      ASSERT_NEAR(std::as_const(y).at(r, c), e, 4e-6 * (1 + std::abs(e))) << "row " << r << " column " << c;
    }
  }
}

TEST(Norm, RootMeanSquare) {
  expect_reference(NormKind::rms, 1e-5, random_parameters(37, false), OwnedMatrix::random(5, 37, 1, 3, 2));
}

TEST(Norm, RootMeanSquareWithUnitOffset) {
  expect_reference(NormKind::rms_unit_offset, 1e-6, random_parameters(37, false),
                   OwnedMatrix::random(5, 37, 2, 3));
}

TEST(Norm, LayerNorm) {
  expect_reference(NormKind::layer, 1e-5, random_parameters(40, true), OwnedMatrix::random(5, 40, 3, 3));
  expect_reference(NormKind::layer, 1e-5, random_parameters(40, false), OwnedMatrix::random(5, 40, 3, 3));
}

TEST(Norm, WithoutParameters) {
  for (const NormKind kind : {NormKind::rms, NormKind::rms_unit_offset, NormKind::layer})
    expect_reference(kind, 1e-5, {}, OwnedMatrix::random(3, 16, 4));
}

/// A mean far from zero, as positions of large activations have: the variance is that of what remains.
TEST(Norm, LayerNormFarFromZero) {
  OwnedMatrix x = OwnedMatrix::random(2, 64, 5);
  for (std::int64_t c = 0; c < 64; ++c) x.at(0, c) += 100;
  OwnedMatrix y(2, 64);
  const Parameters none;
  normalize_rows(NormKind::layer, 1e-5, none.tensor(), std::as_const(x).view(), y.view());
  const std::vector<double> expected = reference(NormKind::layer, 1e-5, none, x, 0);
  // Numbers near 100 are 8e-6 apart in float32, and their mean errs by as much.
  for (std::int64_t c = 0; c < 64; ++c)
    EXPECT_NEAR(std::as_const(y).at(0, c), expected[static_cast<std::size_t>(c)], 1e-4);
}

TEST(Norm, RowsOfZeros) {
  const OwnedMatrix zeros(2, 16);
  for (const NormKind kind : {NormKind::rms, NormKind::rms_unit_offset, NormKind::layer}) {
    OwnedMatrix y(2, 16, 0, -1);
    normalize_rows(kind, 1e-6, random_parameters(16, false).tensor(), zeros.view(), y.view());
    for (std::int64_t c = 0; c < 16; ++c) EXPECT_EQ(std::as_const(y).at(1, c), 0);
  }
  const Parameters parameters = random_parameters(16, true);
  OwnedMatrix y(2, 16);
  normalize_rows(NormKind::layer, 1e-6, parameters.tensor(), zeros.view(), y.view());
  for (std::int64_t c = 0; c < 16; ++c) EXPECT_EQ(y.at(0, c), parameters.bias[static_cast<std::size_t>(c)]);
}

TEST(Norm, EqualEntriesHaveNoVariance) {
  const OwnedMatrix equal(1, 16, 0, 3.5F);
  OwnedMatrix y(1, 16, 0, -1);
  normalize_rows(NormKind::layer, 1e-5, {}, equal.view(), y.view());
  for (std::int64_t c = 0; c < 16; ++c) EXPECT_EQ(std::as_const(y).at(0, c), 0);
}

TEST(Norm, InPlaceAndAVectorAlone) {
  const Parameters parameters = random_parameters(24, false);
  OwnedMatrix x = OwnedMatrix::random(4, 24, 6);
  OwnedMatrix y(4, 24);
  normalize_rows(NormKind::rms, 1e-6, parameters.tensor(), std::as_const(x).view(), y.view());
  std::vector<float> row(x.view().row(2), x.view().row(2) + 24);
  normalize_vector(NormKind::rms, 1e-6, parameters.tensor(), row.data(), 24);
  normalize_rows(NormKind::rms, 1e-6, parameters.tensor(), std::as_const(x).view(), x.view());
  for (std::int64_t c = 0; c < 24; ++c) {
    EXPECT_EQ(row[static_cast<std::size_t>(c)], y.at(2, c));
    for (std::int64_t r = 0; r < 4; ++r) EXPECT_EQ(x.at(r, c), y.at(r, c));
  }
}

/// The steps one by one: norm of the branch, sum, norm of the sum, norm for the next branch.
TEST(EndBranch, IsItsStepsOneAfterAnother) {
  const OwnedMatrix before = OwnedMatrix::random(7, 48, 1, 3, 2);
  const OwnedMatrix branch = OwnedMatrix::random(7, 48, 2, 3);
  const Parameters of_branch = random_parameters(48, false), of_sum = random_parameters(48, true);
  const NormTensor branch_norm = of_branch.tensor(), sum_norm = of_sum.tensor();
  for (const NormKind kind : {NormKind::rms, NormKind::rms_unit_offset, NormKind::layer}) {
    OwnedMatrix added = branch, sum(7, 48), next(7, 48);
    normalize_rows(kind, 1e-5, branch_norm, branch.view(), added.view());
    for (std::int64_t r = 0; r < 7; ++r) {
      for (std::int64_t c = 0; c < 48; ++c)
        sum.at(r, c) = static_cast<float>(before.at(r, c)) + 0.5F * added.at(r, c);
    }
    normalize_rows(kind, 1e-5, sum_norm, sum.view(), sum.view());
    normalize_rows(kind, 1e-5, branch_norm, sum.view(), next.view());
    OwnedMatrix found_branch = branch, found_sum(7, 48, 1), found_next(7, 48);
    end_branch({kind, 1e-5, 0.5F, &branch_norm, &sum_norm, &branch_norm}, before.view(), found_branch.view(),
               found_sum.view(), found_next.view());
    for (std::int64_t r = 0; r < 7; ++r) {
      for (std::int64_t c = 0; c < 48; ++c) {
        ASSERT_NEAR(found_sum.at(r, c), sum.at(r, c), 1e-5);
        ASSERT_NEAR(found_next.at(r, c), next.at(r, c), 1e-5);
      }
    }
  }
}

TEST(EndBranch, WithoutNormsIsASumInPlace) {
  OwnedMatrix x = OwnedMatrix::random(3, 20, 5);
  const OwnedMatrix before = x;
  OwnedMatrix branch = OwnedMatrix::random(3, 20, 6), next(3, 20, 0, 9);
  BranchEnd end;
  end.scale = 2;
  end_branch(end, x.view(), branch.view(), x.view(), next.view());
  for (std::int64_t r = 0; r < 3; ++r) {
    for (std::int64_t c = 0; c < 20; ++c) {
      EXPECT_FLOAT_EQ(x.at(r, c), static_cast<float>(before.at(r, c)) + 2 * branch.at(r, c));
      EXPECT_EQ(next.at(r, c), 9);
    }
  }
}

}  // namespace
}  // namespace phasescope::model
