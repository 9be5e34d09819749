#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "phasescope/intelliton/field_summary.h"
#include "phasescope/intelliton/options.h"
#include "phasescope/stats/estimate.h"

namespace phasescope::intelliton {

struct RobustOptions {
  std::size_t draws = 2000;  ///< bootstrap draws over prompts within category
  std::uint64_t seed = 1234;
  std::size_t shuffle_layer_draws = 0;  ///< draws of the shuffle-layers null; 0 leaves it out
};

/// Where a quantity would lie if what it measures did not exist: 95 % of the null's draws.
struct NullRange {
  double low = 0;
  double high = 0;
  std::size_t draws = 0;

  bool contains(double value) const { return low <= value && value <= high; }
};

struct WithNull {
  stats::Estimate estimate;
  std::optional<NullRange> null;  ///< absent when that null was not asked for
};

/// One mode of one category.
struct SpeciesMember {
  std::string category;
  int mode = 0;
  stats::Estimate coherence;  ///< see PrincipalAxis; undefined with one prompt
  double coherence_null = 0;  ///< 95 % of random vectors stay below
  double amplitude = 0;       ///< category mean
  Eigen::VectorXd axis;       ///< [D]

  /// No common axis: the mode of different prompts points anywhere.
  bool inside_null() const { return coherence.value && *coherence.value <= coherence_null; }
};

/// A group of modes of categories that share an axis. Medians are over prompts and members.
struct RobustSpecies {
  std::vector<SpeciesMember> members;
  stats::Estimate amplitude;
  WithNull growth_rate;   ///< null: shuffle-layers
  double pole_share = 0;  ///< of prompts and members whose spectral density has a pole
  stats::Estimate pole_mass;
  stats::Estimate lattice_mass;
  std::size_t lattice_better = 0;  ///< fits that beat a constant
  std::size_t lattice_tested = 0;
  stats::Estimate power_momentum;   ///< peak of the mean spectrum over layers and prompts, |k|
  Eigen::VectorXd spectrum;         ///< that mean [kSpectrumPoints]; 1 is flat
  Eigen::VectorXd spectrum_spread;  ///< standard deviation over prompts
  WithNull spin;                    ///< null: shuffle-tokens
  stats::Estimate bare_mass;
  stats::Estimate renormalized_mass;
  stats::Estimate wavefunction_z;
  stats::Estimate anomalous_dimension;
};

struct RobustReport {
  std::vector<RobustSpecies> species;     ///< by amplitude, descending
  std::vector<SpeciesMember> incoherent;  ///< active modes whose prompts share no axis: no species
  stats::Estimate n_species;
  stats::Estimate alpha;
  stats::Estimate beta;
  stats::Estimate fusion_events;         ///< published events per step over depth
  stats::Estimate random_fusion_events;  ///< of a random walk over as many modes
  stats::Estimate match_cosine;          ///< of one-to-one matches between neighbouring points
  stats::Estimate broken_matches;        ///< share below the minimum cosine
  stats::Estimate power_momentum;        ///< of whole fields
  Eigen::VectorXd spectrum;
  Eigen::VectorXd spectrum_spread;
  double interval_narrowness = 1;  ///< stats::BootstrapDraws::narrowness
};

/// Intervals: 95 % percentile bootstrap over prompts within category. `categories` are those of the
/// catalogue.
RobustReport robust_report(const std::vector<CategoryFields>& categories, const Options& options,
                           const RobustOptions& robust);

}  // namespace phasescope::intelliton
