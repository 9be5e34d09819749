#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "phasescope/intelliton/category_fields.h"
#include "phasescope/intelliton/options.h"
#include "phasescope/intelliton/with_null.h"
#include "phasescope/stats/estimate.h"

namespace phasescope::intelliton {

struct RobustOptions {
  std::size_t draws = 2000;  ///< bootstrap draws over prompts within category
  std::uint64_t seed = 1234;
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

/// A group of modes of categories that share an axis. Medians are over prompts and members. What a null of
/// the order of layers or tokens can explain away stands beside it.
struct RobustSpecies {
  std::vector<SpeciesMember> members;
  WithNull amplitude;
  WithNull growth_rate;
  double pole_share = 0;     ///< of prompts and members whose spectral density has a pole
  WithNull pole_mass;        ///< over the fields that have a pole; undefined where most have none
  WithNull resonance_width;  ///< the same
  WithNull lattice_mass;
  std::size_t lattice_better = 0;  ///< fits that beat a constant
  std::size_t lattice_tested = 0;
  WithNull power_momentum;               ///< peak of the mean spectrum over layers and prompts, |k|
  Eigen::VectorXd spectrum;              ///< that mean [kSpectrumPoints]; 1 is flat
  Eigen::VectorXd spectrum_spread;       ///< standard deviation over prompts
  Eigen::VectorXd momentum_rate;         ///< mean growth rate by momentum [kSpectrumPoints]
  Eigen::VectorXd momentum_rate_spread;  ///< standard deviation over prompts
  WithNull spin;
  WithNull bare_mass;
  WithNull renormalized_mass;
  WithNull wavefunction_z;
  WithNull anomalous_dimension;
  WithNull fixed_point_layer;
  std::vector<stats::Estimate> running_mass;  ///< by state point
};

struct RobustReport {
  std::vector<RobustSpecies> species;     ///< by amplitude, descending
  std::vector<SpeciesMember> incoherent;  ///< active modes whose prompts share no axis: no species
  WithNull n_species;
  WithNull alpha;
  WithNull beta;
  WithNull fusion_events;                ///< published events per step over depth; null: a random walk
  stats::Estimate random_fusion_events;  ///< expected of a random walk over as many modes
  WithNull match_cosine;                 ///< of one-to-one matches between neighbouring points
  WithNull broken_matches;               ///< share below the minimum cosine
  WithNull power_momentum;               ///< of whole fields
  Eigen::VectorXd spectrum;
  Eigen::VectorXd spectrum_spread;
  Eigen::MatrixXd layer_spectrum;  ///< the mean over prompts by state point [N, kSpectrumPoints]
  double interval_narrowness = 1;  ///< stats::BootstrapDraws::narrowness
};

/// Intervals: 95 % percentile bootstrap over prompts within category. `categories` are those of the
/// catalogue.
RobustReport robust_report(const std::vector<CategoryFields>& categories, const Options& options,
                           const RobustOptions& robust);

}  // namespace phasescope::intelliton
