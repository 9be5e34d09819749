// Small numeric routines against scipy and closed forms.

#include <cmath>
#include <limits>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "phasescope/intelliton/assignment.h"
#include "phasescope/intelliton/bounded_least_squares.h"
#include "phasescope/intelliton/constants.h"
#include "phasescope/intelliton/momentum.h"
#include "phasescope/intelliton/principal_axis.h"
#include "phasescope/intelliton/propagator.h"
#include "phasescope/intelliton/rounding.h"
#include "phasescope/intelliton/smoothing.h"

namespace phasescope::intelliton {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

VectorXd vector_of(std::initializer_list<double> values) {
  return VectorXd::Map(values.begin(), static_cast<Index>(values.size()));
}

// scipy.signal.savgol_filter(y, 7, 2) and (y, 5, 1), mode "interp".
TEST(SavitzkyGolay, MatchesScipy) {
  const VectorXd y = vector_of({1, 4, 2, 8, 5, 7, 1, 3, 9, 6});
  const VectorXd quadratic = vector_of(
      {0.4761904761904685, 3.357142857142853, 5.214285714285713, 6.047619047619053, 5.71428571428572,
       4.5714285714285765, 3.857142857142861, 4.214285714285718, 5.428571428571432, 7.500000000000003});
  const VectorXd linear = vector_of({1.6, 2.8, 4, 5.2, 4.6, 4.8, 5, 5.2, 5.8, 6.4});
  EXPECT_LT((savitzky_golay(10, 7, 2) * y - quadratic).cwiseAbs().maxCoeff(), 1e-13);
  EXPECT_LT((savitzky_golay(10, 5, 1) * y - linear).cwiseAbs().maxCoeff(), 1e-13);
}

TEST(LocalSlopes, AreExactOnALineAndZeroAlone) {
  const VectorXd line = VectorXd::LinSpaced(6, 1, 11);  // slope 2
  EXPECT_LT((local_slopes(6, 4) * line - VectorXd::Constant(6, 2)).cwiseAbs().maxCoeff(), 1e-13);
  EXPECT_EQ(column_slopes(vector_of({1}), MatrixXd::Ones(1, 3)), VectorXd::Zero(3));
}

VectorXd lorentzian(const VectorXd& omega, double amplitude, double center, double width) {
  return amplitude / ((omega.array() - center).square() + width * width / 4);
}

BoundedProblem lorentzian_problem(const VectorXd& omega, const VectorXd& density) {
  const auto residuals = [=](const VectorXd& x) -> VectorXd {
    return lorentzian(omega, x(0), x(1), x(2)) - density;
  };
  const auto jacobian = [=](const VectorXd& x) -> MatrixXd {
    const VectorXd shape = lorentzian(omega, 1, x(1), x(2));
    MatrixXd slopes(omega.size(), 3);
    slopes.col(0) = shape;
    slopes.col(1) = 2 * x(0) * shape.array().square() * (omega.array() - x(1));
    slopes.col(2) = -x(0) * shape.array().square() * x(2) / 2;
    return slopes;
  };
  return {residuals, jacobian, vector_of({0, 0, 1e-6}), vector_of({kInfinity, kPi, kPi})};
}

// scipy.optimize.curve_fit with these bounds and seeds. It stops at a relative cost change of 1e-8, so the
// two seeds end in different places, and both must be met.
TEST(BoundedLeastSquares, EndsWhereScipyDoes) {
  const VectorXd omega = VectorXd::LinSpaced(33, 0, kPi);
  const VectorXd density = lorentzian(omega, 50, 0.02, 0.6).array() + 3 * (5 * omega.array()).cos();
  const auto problem = lorentzian_problem(omega, density);
  const auto near = bounded_least_squares(problem, vector_of({2.25, 0.1, 0.3}));
  const auto far = bounded_least_squares(problem, vector_of({10, 1, 1}));
  ASSERT_TRUE(near && far);
  EXPECT_NEAR((*near)(0), 49.171080543044376, 1e-7);
  EXPECT_NEAR((*near)(1), 0.020867948016075843, 1e-9);
  EXPECT_NEAR((*near)(2), 0.5932591658057499, 1e-9);
  EXPECT_NEAR((*far)(1), 0.02086794773123438, 1e-9);
}

TEST(BoundedLeastSquares, MeetsABoundAsScipyDoes) {
  const VectorXd omega = VectorXd::LinSpaced(33, 0, kPi);
  const auto found = bounded_least_squares(lorentzian_problem(omega, lorentzian(omega, 50, -0.3, 0.6)),
                                           vector_of({50, 0.2, 0.5}));
  ASSERT_TRUE(found);
  EXPECT_NEAR((*found)(0), 20.816195504064112, 1e-5);
  EXPECT_NEAR((*found)(1), 0, 1e-8);
  EXPECT_NEAR((*found)(2), 0.578330109799795, 1e-7);
}

// Rosenbrock's valley cut at x = 0.8: scipy.optimize.least_squares(method="trf").
TEST(BoundedLeastSquares, FollowsACurvedValleyToABound) {
  const BoundedProblem valley{
      [](const VectorXd& x) -> VectorXd { return Eigen::Vector2d(10 * (x(1) - x(0) * x(0)), 1 - x(0)); },
      [](const VectorXd& x) -> MatrixXd { return (MatrixXd(2, 2) << -20 * x(0), 10, -1, 0).finished(); },
      vector_of({-2, -1}), vector_of({0.8, 3})};
  const auto found = bounded_least_squares(valley, vector_of({-1.5, 2}));
  ASSERT_TRUE(found);
  EXPECT_NEAR((*found)(0), 0.8, 1e-9);
  EXPECT_NEAR((*found)(1), 0.64, 1e-7);
}

TEST(BoundedLeastSquares, GivesUpWhenResidualsAreNotFinite) {
  const BoundedProblem broken{[](const VectorXd&) -> VectorXd { return vector_of({NAN}); },
                              [](const VectorXd&) -> MatrixXd { return MatrixXd::Ones(1, 1); },
                              vector_of({0}), vector_of({1})};
  EXPECT_FALSE(bounded_least_squares(broken, vector_of({0.5})));
}

// scipy.signal.find_peaks(x, height=0.9).
TEST(SpectralPeaks, TakeTheMiddleOfAPlateauAndNoEnd) {
  const VectorXd density = vector_of({0, 1, 3, 3, 1, 0, 5, 5, 5, 0, 2, 1, .2, .4, .1, 9, 9});
  EXPECT_THAT(spectral_peaks(density), ::testing::ElementsAre(2, 7, 10));
}

TEST(TokenFourier, FindsAWaveAndKeepsItsPower) {
  const Index tokens = 9;
  const TokenFourier fourier(tokens);
  const VectorXd wave = VectorXd::NullaryExpr(
      tokens, [&](Index t) { return std::cos(fourier.momenta()(3) * static_cast<double>(t)); });
  const MatrixXd magnitudes = fourier.half_magnitudes(wave);
  EXPECT_NEAR(fourier.mirrored(magnitudes).squaredNorm(), wave.squaredNorm(), 1e-12);
  EXPECT_NEAR(mode_momenta(fourier, magnitudes).peak(0), 2 * kPi * 3 / 9, 1e-15);
  EXPECT_NEAR(fourier.field_power(wave * wave.transpose())(3), magnitudes(3, 0) * magnitudes(3, 0), 1e-12);
}

TEST(TokenFourier, PutsTheNyquistBinAtPlusPi) {
  EXPECT_EQ(TokenFourier(6).momenta()(3), kPi);
  EXPECT_LT(TokenFourier(6).momenta()(4), 0);
}

double total(const MatrixXd& weights, const std::vector<int>& columns) {
  double sum = 0;
  for (std::size_t i = 0; i < columns.size(); ++i) sum += weights(static_cast<Index>(i), columns[i]);
  return sum;
}

TEST(BestAssignment, EqualsTheBestOfAllPermutations) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    std::srand(seed);
    const MatrixXd weights = MatrixXd::Random(6, 6).cwiseAbs();
    std::vector<int> columns(6);
    std::iota(columns.begin(), columns.end(), 0);
    double best = 0;
    do {
      best = std::max(best, total(weights, columns));
    } while (std::next_permutation(columns.begin(), columns.end()));
    const Eigen::VectorXi found = best_assignment(weights);
    EXPECT_NEAR(total(weights, std::vector<int>(found.begin(), found.end())), best, 1e-12);
  }
}

TEST(PrincipalAxis, DoesNotCareAboutSigns) {
  const Index width = 30;
  const VectorXd axis = VectorXd::Unit(width, 4);
  MatrixXd vectors(6, width);
  for (Index p = 0; p < 6; ++p) vectors.row(p) = (p % 2 == 0 ? 1 : -1) * axis.transpose();
  const PrincipalAxis found = principal_axis(vectors, vectors * vectors.transpose());
  EXPECT_NEAR(found.coherence, 1, 1e-12);
  EXPECT_NEAR(found.axis(4), 1, 1e-12);
}

TEST(PrincipalAxis, ResamplesToTheAxisOfWhatWasDrawn) {
  MatrixXd vectors(3, 4);
  vectors << 1, 0, 0, 0, 1, 0.2, 0, 0, 0, 1, 0, 0;
  vectors.rowwise().normalize();
  const MatrixXd gram = vectors * vectors.transpose();
  const PrincipalAxis sample = principal_axis(vectors, gram);
  const VectorXd counts = vector_of({3, 0, 0});
  const ResampledAxis drawn = resampled_axis(gram, counts, sample.coefficients);
  EXPECT_NEAR(drawn.coherence, 1, 1e-12);
  EXPECT_NEAR(std::abs((vectors.transpose() * drawn.coefficients)(0)), 1, 1e-12);
}

// 95 % quantiles of 2000 simulated sets of random unit vectors (numpy): 0.0583, 0.1883, 0.2129, 0.0229.
TEST(RandomCoherence, IsAtMostSlightlyAboveSimulation) {
  const auto within = [](double value, double simulated) {
    return value >= simulated && value < 1.1 * simulated;
  };
  EXPECT_TRUE(within(random_coherence(25, 576), 0.05825185169917534));
  EXPECT_TRUE(within(random_coherence(10, 64), 0.18831853378581176));
  EXPECT_TRUE(within(random_coherence(5, 4096), 0.21285267264753335));
  EXPECT_TRUE(within(random_coherence(60, 2048), 0.022907069958417785));
}

// Python's round().
TEST(Rounded, RoundsTheExactBinaryValue) {
  EXPECT_EQ(rounded(2.675, 2), 2.67);
  EXPECT_EQ(rounded(0.125, 2), 0.12);
  EXPECT_EQ(rounded(-1.005, 2), -1.0);
  EXPECT_EQ(rounded(1e300, 3), 1e300);
}

}  // namespace
}  // namespace phasescope::intelliton
