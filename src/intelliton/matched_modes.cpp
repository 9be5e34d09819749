#include "phasescope/intelliton/matched_modes.h"

#include "matched_flow.h"
#include "shuffle_draws.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "phasescope/intelliton/assignment.h"
#include "phasescope/intelliton/constants.h"
#include "phasescope/intelliton/dispersion.h"
#include "phasescope/intelliton/smoothing.h"

namespace phasescope::intelliton {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::MatrixXi;
using Eigen::VectorXd;
using Eigen::VectorXi;

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

/// Growth rate of each momentum component of mode i, bins 0 .. T/2; empty when too few points are matched.
VectorXd component_rates(const FieldStatistics& field, const MatrixXi& chain, const MatchedModes& modes,
                         Index i, Index first_point) {
  const MatchedRange range = matched_range(modes, i, first_point, field.points());
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
  return column_slopes(depth, logs);
}

void estimate_momentum_rates(const FieldStatistics& field, const MatrixXi& chain, Index first_point,
                             MatchedModes& modes) {
  const auto fourier = token_fourier(field.tokens);
  modes.momentum_rate =
      Eigen::MatrixXf::Constant(kSpectrumPoints, chain.cols(), std::numeric_limits<float>::quiet_NaN());
  for (Index i = 0; i < chain.cols(); ++i) {
    const VectorXd rates = component_rates(field, chain, modes, i, first_point);
    const bool known = rates.size() > 0;
    if (known) modes.momentum_rate.col(i) = spectrum_on_grid(rates, field.tokens).cast<float>();
    const auto fit =
        known ? fit_lattice_dispersion(*fourier, fourier->mirrored(rates.cwiseAbs())) : std::nullopt;
    modes.lattice_tested.push_back(known && field.tokens >= 3);
    modes.lattice_mass.push_back(fit && fit->r2 > 0 ? std::optional<double>(fit->mass) : std::nullopt);
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
  estimate_flow(modes, options);
  estimate_momentum_rates(field, chain, options.first_point, modes);
  modes.spectrum = matched_spectrum(field.half_magnitudes, field.tokens, chain, modes).cast<float>();
  modes.spin = mean_along(chain, modes, spin);
  modes.shuffled = shuffle_draws(field, chain, modes, name, options);
  return modes;
}

double random_fusion_events(Index modes) {
  const double n = static_cast<double>(modes);
  const double unreached = std::pow(1 - 1 / n, n);
  const double reached_once = modes == 1 ? 1 : std::pow(1 - 1 / n, n - 1);
  return n * (1 - unreached - reached_once);
}

}  // namespace phasescope::intelliton
