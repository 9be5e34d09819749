#include "phasescope/intelliton/matched_modes.h"

#include <algorithm>
#include <cmath>

#include "phasescope/intelliton/assignment.h"
#include "phasescope/intelliton/constants.h"
#include "phasescope/intelliton/dispersion.h"
#include "phasescope/intelliton/smoothing.h"
#include "phasescope/stats/random.h"

namespace phasescope::intelliton {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::MatrixXi;
using Eigen::VectorXd;
using Eigen::VectorXi;

constexpr Index kFewestPoints = 3;

/// Follows the modes of the middle point; -1 where the match is lost.
class Matcher {
 public:
  Matcher(const FieldStatistics& field, double min_cosine)
      : field_(field),
        min_cosine_(min_cosine),
        chain_(MatrixXi::Constant(field.points(), field.modes(), -1)) {}

  MatrixXi follow(MatchedModes& result) {
    const Index middle = (field_.points() - 1) / 2;
    for (Index i = 0; i < field_.modes(); ++i) chain_(middle, i) = static_cast<int>(i);
    for (Index l = 0; l + 1 < field_.points(); ++l) assignments_.push_back(assign(l));
    for (Index l = middle; l + 1 < field_.points(); ++l) step_forward(l);
    for (Index l = middle; l > 0; --l) step_back(l);
    const double matches = static_cast<double>(std::max<Index>(1, (field_.points() - 1) * field_.modes()));
    result.mean_cosine = cosine_sum_ / matches;
    result.broken_share = static_cast<double>(broken_) / matches;
    return chain_;
  }

 private:
  VectorXi assign(Index l) {
    const MatrixXd& cosines = field_.cosines[static_cast<std::size_t>(l)];
    const VectorXi columns = best_assignment(cosines);
    for (Index i = 0; i < columns.size(); ++i) {
      cosine_sum_ += cosines(i, columns(i));
      broken_ += cosines(i, columns(i)) < min_cosine_ ? 1 : 0;
    }
    return columns;
  }

  bool holds(Index l, Index row, Index column) const {
    return field_.cosines[static_cast<std::size_t>(l)](row, column) >= min_cosine_;
  }

  void step_forward(Index l) {
    for (Index i = 0; i < chain_.cols(); ++i) {
      const int mode = chain_(l, i);
      if (mode < 0) continue;
      const int next = assignments_[static_cast<std::size_t>(l)](mode);
      if (holds(l, mode, next)) chain_(l + 1, i) = next;
    }
  }

  void step_back(Index l) {
    const VectorXi& forward = assignments_[static_cast<std::size_t>(l - 1)];
    VectorXi backward(forward.size());
    for (Index i = 0; i < forward.size(); ++i) backward(forward(i)) = static_cast<int>(i);
    for (Index i = 0; i < chain_.cols(); ++i) {
      const int mode = chain_(l, i);
      if (mode < 0) continue;
      const int previous = backward(mode);
      if (holds(l - 1, previous, mode)) chain_(l - 1, i) = previous;
    }
  }

  const FieldStatistics& field_;
  double min_cosine_;
  MatrixXi chain_;
  std::vector<VectorXi> assignments_;
  double cosine_sum_ = 0;
  Index broken_ = 0;
};

void set_extent(const MatrixXi& chain, MatchedModes& result) {
  const Index middle = (chain.rows() - 1) / 2;
  result.first.resize(chain.cols());
  result.last.resize(chain.cols());
  for (Index i = 0; i < chain.cols(); ++i) {
    Index first = middle, last = middle;
    while (first > 0 && chain(first - 1, i) >= 0) --first;
    while (last + 1 < chain.rows() && chain(last + 1, i) >= 0) ++last;
    result.first(i) = static_cast<int>(first);
    result.last(i) = static_cast<int>(last);
  }
}

MatrixXd log_amplitudes(const FieldStatistics& field, const MatrixXi& chain) {
  return MatrixXd::NullaryExpr(chain.rows(), chain.cols(), [&](Index l, Index i) {
    return chain(l, i) < 0 ? 0.0 : std::log(std::max(field.singular_values(l, chain(l, i)), kEpsilon));
  });
}

/// The part of points [low, high) where mode i is matched.
struct Range {
  Index first;
  Index count;
};

Range matched_range(const MatchedModes& modes, Index i, Index low, Index high) {
  const Index first = std::max<Index>(low, modes.first(i));
  const Index end = std::min<Index>(high, modes.last(i) + 1);
  return {first, std::max<Index>(0, end - first)};
}

std::optional<double> slope(const MatchedModes& modes, Index i, Range range, bool logarithmic_depth = false) {
  if (range.count < kFewestPoints) return std::nullopt;
  const VectorXd depth = VectorXd::NullaryExpr(range.count, [&](Index l) {
    const double point = static_cast<double>(range.first + l);
    return logarithmic_depth ? std::log(point + 1) : point;
  });
  return column_slopes(depth, modes.log_amplitude.col(i).segment(range.first, range.count))(0);
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

void estimate_flow(MatchedModes& modes, Index first_point) {
  const Index points = modes.log_amplitude.rows();
  for (Index i = 0; i < modes.log_amplitude.cols(); ++i) {
    modes.growth_rate.push_back(slope(modes, i, matched_range(modes, i, first_point, points)));
    modes.bare_mass.push_back(negated(slope(modes, i, matched_range(modes, i, 0, points / 4))));
    modes.renormalized_mass.push_back(
        negated(slope(modes, i, matched_range(modes, i, 3 * points / 4, points))));
    modes.anomalous_dimension.push_back(
        slope(modes, i, matched_range(modes, i, points / 3, 2 * points / 3), true));
    modes.wavefunction_z.push_back(late_over_early(modes, i));
  }
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

/// |growth rate| of each momentum component of mode i, bins 0 .. T/2; empty when too few points are matched.
VectorXd component_rates(const FieldStatistics& field, const MatrixXi& chain, const MatchedModes& modes,
                         Index i, Index first_point) {
  const Range range = matched_range(modes, i, first_point, field.points());
  if (range.count < kFewestPoints) return {};
  MatrixXd logs(range.count, field.half_magnitudes.front().rows());
  for (Index l = 0; l < range.count; ++l) {
    const Index point = range.first + l;
    logs.row(l) =
        (field.half_magnitudes[static_cast<std::size_t>(point)].col(chain(point, i)).array() + kEpsilon)
            .log()
            .transpose();
  }
  const VectorXd depth = VectorXd::LinSpaced(range.count, 0, static_cast<double>(range.count - 1));
  return column_slopes(depth, logs).cwiseAbs();
}

void estimate_lattice_masses(const FieldStatistics& field, const MatrixXi& chain, Index first_point,
                             MatchedModes& modes) {
  const auto fourier = token_fourier(field.tokens);
  for (Index i = 0; i < chain.cols(); ++i) {
    const VectorXd rates = component_rates(field, chain, modes, i, first_point);
    const auto fit =
        rates.size() == 0 ? std::nullopt : fit_lattice_dispersion(*fourier, fourier->mirrored(rates));
    modes.lattice_tested.push_back(rates.size() > 0 && field.tokens >= 3);
    modes.lattice_mass.push_back(fit && fit->r2 > 0 ? std::optional<double>(fit->mass) : std::nullopt);
  }
}

VectorXd power_density(const VectorXd& half_magnitudes, Index tokens) {
  return spectrum_on_grid(half_magnitudes.array().square() * static_cast<double>(tokens), tokens);
}

void estimate_spectrum(const FieldStatistics& field, const MatrixXi& chain, MatchedModes& modes) {
  modes.spectrum = MatrixXd::Zero(kSpectrumPoints, chain.cols());
  for (Index i = 0; i < chain.cols(); ++i) {
    for (Index l = modes.first(i); l <= modes.last(i); ++l) {
      modes.spectrum.col(i) +=
          power_density(field.half_magnitudes[static_cast<std::size_t>(l)].col(chain(l, i)), field.tokens);
    }
    modes.spectrum.col(i) /= static_cast<double>(modes.last(i) - modes.first(i) + 1);
  }
}

/// Mean over the matched points of values [N, K by mode].
VectorXd mean_along(const MatrixXi& chain, const MatchedModes& modes, const MatrixXd& values) {
  VectorXd sum = VectorXd::Zero(chain.cols());
  for (Index i = 0; i < chain.cols(); ++i) {
    for (Index l = modes.first(i); l <= modes.last(i); ++l) sum(i) += values(l, chain(l, i));
  }
  return sum.array() / ((modes.last - modes.first).array() + 1).cast<double>();
}

/// One draw of the shuffle-tokens null: rows of every U permuted alike. Singular values and right vectors do
/// not change under it, so the matches stay.
VectorXd shuffled_spin(const FieldStatistics& field, const MatrixXi& chain, const MatchedModes& modes,
                       stats::RandomStream stream) {
  const auto fourier = token_fourier(field.tokens);
  const std::vector<std::size_t> order =
      stats::random_permutation(static_cast<std::size_t>(field.tokens), stream);
  MatrixXd spin(chain.rows(), chain.cols());
  for (Index l = 0; l < chain.rows(); ++l) {
    const MatrixXd& left = field.left[static_cast<std::size_t>(l)];
    spin.row(l) = mode_momenta(*fourier, fourier->half_magnitudes(left(order, Eigen::all))).spin.transpose();
  }
  return mean_along(chain, modes, spin);
}

void shuffle_tokens(const FieldStatistics& field, const MatrixXi& chain, const std::string& name,
                    const MatchOptions& options, MatchedModes& modes) {
  modes.spin_null.resize(static_cast<Index>(options.shuffle_draws), chain.cols());
  for (std::size_t draw = 0; draw < options.shuffle_draws; ++draw) {
    const stats::RandomStream stream(stats::stream_key(options.seed, "shuffle-tokens " + name, draw));
    modes.spin_null.row(static_cast<Index>(draw)) = shuffled_spin(field, chain, modes, stream).transpose();
  }
}

}  // namespace

double spectrum_momentum(Index point) {
  return kPi * static_cast<double>(point) / static_cast<double>(kSpectrumPoints - 1);
}

VectorXd spectrum_on_grid(const VectorXd& density, Index tokens) {
  return VectorXd::NullaryExpr(kSpectrumPoints, [&](Index g) {
    const double place = spectrum_momentum(g) * static_cast<double>(tokens) / (2 * kPi);
    const Index below = std::min(static_cast<Index>(place), density.size() - 1);
    const Index above = std::min(below + 1, density.size() - 1);
    return density(below) + (place - static_cast<double>(below)) * (density(above) - density(below));
  });
}

MatchedModes match_modes(const FieldStatistics& field, const MatrixXd& spin, const std::string& name,
                         const MatchOptions& options) {
  MatchedModes modes;
  const MatrixXi chain = Matcher(field, options.min_cosine).follow(modes);
  set_extent(chain, modes);
  modes.log_amplitude = log_amplitudes(field, chain);
  estimate_flow(modes, options.first_point);
  estimate_couplings(modes);
  estimate_lattice_masses(field, chain, options.first_point, modes);
  estimate_spectrum(field, chain, modes);
  modes.spin = mean_along(chain, modes, spin);
  shuffle_tokens(field, chain, name, options, modes);
  return modes;
}

double random_fusion_events(Index modes) {
  const double n = static_cast<double>(modes);
  const double unreached = std::pow(1 - 1 / n, n);
  const double reached_once = modes == 1 ? 1 : std::pow(1 - 1 / n, n - 1);
  return n * (1 - unreached - reached_once);
}

}  // namespace phasescope::intelliton
