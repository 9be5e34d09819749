#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "phasescope/intelliton/field_statistics.h"

namespace phasescope::intelliton {

struct MatchOptions {
  double min_cosine = 0.5;               ///< |cos| below which a mode is not the same one point further
  Eigen::Index first_point = 0;          ///< rates are taken from here on
  Eigen::Index flow_window = 4;          ///< state points in the running-mass window, centred
  std::size_t shuffle_tokens_draws = 0;  ///< draws of the shuffle-tokens null; 0 leaves it out
  std::size_t shuffle_layers_draws = 0;  ///< draws of the shuffle-layers null; 0 leaves it out
  std::uint64_t seed = 1234;
};

using OptionalNumbers = std::vector<std::optional<double>>;

/// One prompt's estimates in each draw of the shuffle nulls, NaN where undefined; empty tables for a null
/// that was not asked for.
struct ShuffleDraws {
  // Token positions permuted, all points alike.
  Eigen::MatrixXf spin;                   ///< [draws, K]
  std::vector<Eigen::MatrixXf> spectrum;  ///< by draw, each [kSpectrumPoints, K]
  Eigen::MatrixXf field_spectrum;         ///< of the whole field [kSpectrumPoints, draws]
  // Points permuted, all modes alike; each match keeps its extent.
  Eigen::MatrixXf growth_rate, bare_mass, renormalized_mass, wavefunction_z, anomalous_dimension,
      fixed_point;       ///< [draws, K]
  Eigen::VectorXf beta;  ///< [draws]
};

/// Estimates of one prompt's modes, each followed over depth as the same mode: neighbouring points are
/// matched one-to-one (largest total |cosine|), from the middle point, whose right vectors define the
/// species, both ways until the match is worse than MatchOptions::min_cosine. Index i is the mode of the
/// middle point. A rate needs 3 points; what is not reached is absent.
struct MatchedModes {
  Eigen::VectorXi first;                ///< first point of the match [K]
  Eigen::VectorXi last;                 ///< last point [K]
  Eigen::MatrixXd log_amplitude;        ///< ln sigma along it, 0 outside [N, K]
  OptionalNumbers growth_rate;          ///< slope of ln sigma over depth, signed, per layer [K]
  OptionalNumbers bare_mass;            ///< minus that slope over points l < N/4 [K]
  OptionalNumbers renormalized_mass;    ///< and over l >= 3N/4 [K]
  OptionalNumbers wavefunction_z;       ///< mean late / mean early sigma; needs both ranges whole [K]
  OptionalNumbers anomalous_dimension;  ///< slope of ln sigma against ln(l+1), N/3 <= l < 2N/3 [K]
  OptionalNumbers fixed_point;  ///< the point from N/3 on after which the running mass changes least [K]
  std::optional<double> alpha;  ///< ln mean(sigma of mode 0 / sigma of mode 1) over their common points
  std::optional<double> beta;   ///< gap of the two smallest |growth rates| over their mean
  /// The mass of E(k)^2 = m^2 + (2 sin(k/2))^2, E the |growth rate| of each momentum component, where that
  /// fits better than a constant [K].
  OptionalNumbers lattice_mass;
  std::vector<bool> lattice_tested;  ///< whether there was anything to fit [K]
  Eigen::VectorXd spin;              ///< mean over the matched points [K]
  /// Power density of u over |k| at kSpectrumPoints momenta from 0 to pi, mean over the matched points; 1 is
  /// flat. [kSpectrumPoints, K]
  Eigen::MatrixXf spectrum;
  /// Signed growth rate of each momentum component there, per layer; NaN below 3 matched points.
  /// [kSpectrumPoints, K]
  Eigen::MatrixXf momentum_rate;
  ShuffleDraws shuffled;
  double mean_cosine = 0;   ///< of the matches, over modes and points
  double broken_share = 0;  ///< share of matches below min_cosine
};

inline constexpr Eigen::Index kSpectrumPoints = 17;
/// k of a spectrum point: pi g / (kSpectrumPoints - 1).
double spectrum_momentum(Eigen::Index point);

/// A density over bins 0 .. T/2 at the spectrum points, linear between bins.
Eigen::VectorXd spectrum_on_grid(const Eigen::VectorXd& density, Eigen::Index tokens);

/// Minus the slope of ln sigma over `window` points around each one, cut to the ends of the match; NaN
/// outside and where there is one point only. [N, K]
Eigen::MatrixXd running_mass(const MatchedModes& modes, Eigen::Index window);

/// `spin` [N, K] is FieldAnalysis::spin; `name` keys the random streams of the nulls.
MatchedModes match_modes(const FieldStatistics& field, const Eigen::MatrixXd& spin, const std::string& name,
                         const MatchOptions& options);

/// How many of `modes` targets two or more sources reach when each of `modes` sources picks its target at
/// random: the fusion events per point of a random walk.
double random_fusion_events(Eigen::Index modes);

}  // namespace phasescope::intelliton
