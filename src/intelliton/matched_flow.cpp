#include "matched_flow.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "phasescope/intelliton/constants.h"

namespace phasescope::intelliton {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// Least-squares slope of ln sigma of mode i over a range of points, against `depth` of the point. As
/// column_slopes, without memory of its own: there are tens of thousands a prompt under the nulls.
template <class Depth>
double slope_over(const MatchedModes& modes, Index i, MatchedRange range, Depth depth) {
  double mean = 0;
  for (Index l = 0; l < range.count; ++l) mean += depth(range.first + l);
  mean /= static_cast<double>(range.count);
  const double start = modes.log_amplitude(range.first, i);
  double sum = 0, squares = 0;
  for (Index l = 0; l < range.count; ++l) {
    const double centred = depth(range.first + l) - mean;
    sum += centred * (modes.log_amplitude(range.first + l, i) - start);
    squares += centred * centred;
  }
  return sum / squares;
}

double point_depth(Index point) {
  return static_cast<double>(point);
}

double logarithmic_depth(Index point) {
  return std::log(static_cast<double>(point + 1));
}

template <class Depth>
std::optional<double> slope(const MatchedModes& modes, Index i, MatchedRange range, Depth depth) {
  if (range.count < kFewestPoints) return std::nullopt;
  return slope_over(modes, i, range, depth);
}

std::optional<double> negated(std::optional<double> value) {
  return value ? std::optional<double>(-*value) : std::nullopt;
}

std::optional<double> late_over_early(const MatchedModes& modes, Index i) {
  const Index points = modes.log_amplitude.rows();
  const Index early = std::max<Index>(points / 4, 1), late = 3 * points / 4;
  if (modes.first(i) > 0 || modes.last(i) + 1 < points) return std::nullopt;
  const VectorXd amplitude = modes.log_amplitude.col(i).array().exp();
  return amplitude.tail(points - late).mean() / amplitude.head(early).mean();
}

/// The point from N/3 on after which the running mass changes least; the first on a tie.
std::optional<double> fixed_point(const VectorXd& running_mass) {
  std::optional<double> point;
  double least = std::numeric_limits<double>::infinity();
  for (Index l = running_mass.size() / 3; l + 1 < running_mass.size(); ++l) {
    const double change = std::abs(running_mass(l + 1) - running_mass(l));
    if (!(change < least)) continue;
    least = change;
    point = static_cast<double>(l);
  }
  return point;
}

void estimate_couplings(MatchedModes& modes) {
  if (modes.log_amplitude.cols() < 2) return;
  const Index first = std::max(modes.first(0), modes.first(1));
  const Index count = std::min(modes.last(0), modes.last(1)) + 1 - first;
  const VectorXd gap = (modes.log_amplitude.col(0) - modes.log_amplitude.col(1)).segment(first, count);
  modes.alpha = std::log(gap.array().exp().mean());
  std::vector<double> rates;
  for (const auto& rate : modes.growth_rate) {
    if (rate) rates.push_back(std::abs(*rate));
  }
  if (rates.size() < 2) return;
  std::sort(rates.begin(), rates.end());
  const double mean = VectorXd::Map(rates.data(), static_cast<Index>(rates.size())).mean();
  if (mean > kEpsilon) modes.beta = (rates[1] - rates[0]) / mean;
}

}  // namespace

MatchedRange matched_range(const MatchedModes& modes, Index i, Index low, Index high) {
  const Index first = std::max<Index>(low, modes.first(i));
  const Index end = std::min<Index>(high, modes.last(i) + 1);
  return {first, std::max<Index>(0, end - first)};
}

MatrixXd running_mass(const MatchedModes& modes, Index window) {
  MatrixXd mass = MatrixXd::Constant(modes.log_amplitude.rows(), modes.log_amplitude.cols(),
                                     std::numeric_limits<double>::quiet_NaN());
  for (Index i = 0; i < mass.cols(); ++i) {
    for (Index l = modes.first(i); l <= modes.last(i); ++l) {
      const MatchedRange range = matched_range(modes, i, l - window / 2, l + window / 2 + 1);
      if (range.count < 2) continue;
      mass(l, i) = -slope_over(modes, i, range, point_depth);
    }
  }
  return mass;
}

void estimate_flow(MatchedModes& modes, const MatchOptions& options) {
  const Index points = modes.log_amplitude.rows();
  const MatrixXd mass = running_mass(modes, options.flow_window);
  for (Index i = 0; i < modes.log_amplitude.cols(); ++i) {
    modes.growth_rate.push_back(
        slope(modes, i, matched_range(modes, i, options.first_point, points), point_depth));
    modes.bare_mass.push_back(negated(slope(modes, i, matched_range(modes, i, 0, points / 4), point_depth)));
    modes.renormalized_mass.push_back(
        negated(slope(modes, i, matched_range(modes, i, 3 * points / 4, points), point_depth)));
    modes.anomalous_dimension.push_back(
        slope(modes, i, matched_range(modes, i, points / 3, 2 * points / 3), logarithmic_depth));
    modes.wavefunction_z.push_back(late_over_early(modes, i));
    modes.fixed_point.push_back(fixed_point(mass.col(i)));
  }
  estimate_couplings(modes);
}

}  // namespace phasescope::intelliton
