#include "species_estimates.h"

#include "shuffle_nulls.h"

#include <cmath>
#include <memory>

namespace phasescope::intelliton {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::MatrixXf;
using Eigen::VectorXd;

constexpr const char* kLost = "no prompt keeps the mode over enough state points";

using SpeciesModes = std::vector<SpeciesMode>;

/// Of the prompts that are in memory: those that keep arrays are.
std::vector<Sample> samples_in_memory(const Cohort& cohort, const SpeciesModes& modes) {
  std::vector<Sample> samples;
  for (const SpeciesMode& one : modes) {
    for (const std::size_t item : cohort.items_of[one.category])
      if (cohort.in_memory[item] != nullptr) samples.push_back({item, one.mode});
  }
  return samples;
}

/// The median over prompts of one of MatchedModes' lists.
void add_matched(ResampledEstimates& estimates, stats::Estimate& target, const std::string& reason,
                 const Cohort& cohort, const SpeciesModes& modes, OptionalNumbers MatchedModes::*list) {
  add_median(estimates, target, reason, cohort, modes, [list](const FieldSummary& prompt, Index mode) {
    return (prompt.matched.*list)[static_cast<std::size_t>(mode)];
  });
}

Spectra spectra_of(const Cohort& cohort, const std::vector<Sample>& samples, MatrixXf MatchedModes::*table) {
  Spectra spectra;
  spectra.columns.resize(kSpectrumPoints, static_cast<Index>(samples.size()));
  for (const Sample& sample : samples) {
    const MatrixXf& columns = cohort.in_memory[sample.item]->matched.*table;
    if (columns.cols() == 0 || !columns.col(sample.mode).allFinite()) continue;
    spectra.columns.col(static_cast<Index>(spectra.items.size())) = columns.col(sample.mode);
    spectra.items.push_back(sample.item);
  }
  spectra.columns.conservativeResize(Eigen::NoChange, static_cast<Index>(spectra.items.size()));
  return spectra;
}

/// Fields of a species, a prompt's mode being one, and those among them that have a pole.
struct PoleCount {
  std::size_t poles = 0;
  std::size_t fields = 0;
};

PoleCount count_fits(RobustSpecies& species, const Cohort& cohort, const SpeciesModes& modes) {
  PoleCount count;
  for (const SpeciesMode& one : modes) {
    const CategoryTotals& totals = cohort.categories[one.category].totals;
    const auto mode = static_cast<std::size_t>(one.mode);
    count.poles += totals.poles[mode];
    count.fields += cohort.items_of[one.category].size();
    species.lattice_tested += totals.lattice_tested[mode];
    species.lattice_better += totals.lattice_better[mode];
  }
  species.pole_share = static_cast<double>(count.poles) / static_cast<double>(count.fields);
  return count;
}

std::string share_text(std::size_t part, std::size_t whole) {
  return std::to_string(part) + " of " + std::to_string(whole);
}

/// What only a pole has: given where most prompts have one.
void add_of_poles(ResampledEstimates& estimates, const PoleCount& count, stats::Estimate& target,
                  const Cohort& cohort, const SpeciesModes& modes, VectorXd FieldSummary::*quantity) {
  if (2 * count.poles > count.fields) {
    add_median(estimates, target, "no pole", cohort, modes,
               [quantity](const FieldSummary& prompt, Index mode) -> std::optional<double> {
                 if (prompt.has_pole.empty() || !prompt.has_pole[static_cast<std::size_t>(mode)]) return {};
                 return (prompt.*quantity)(mode);
               });
    return;
  }
  target = stats::Estimate::undefined("the spectral density has a pole in only " +
                                      share_text(count.poles, count.fields) + " fields");
}

void add_masses(ResampledEstimates& estimates, RobustSpecies& species, const Cohort& cohort,
                const SpeciesModes& modes) {
  const PoleCount count = count_fits(species, cohort, modes);
  add_of_poles(estimates, count, species.pole_mass.estimate, cohort, modes, &FieldSummary::pole_mass);
  add_of_poles(estimates, count, species.resonance_width.estimate, cohort, modes,
               &FieldSummary::resonance_width);
  if (2 * species.lattice_better > species.lattice_tested) {
    add_matched(estimates, species.lattice_mass.estimate, "no fit", cohort, modes,
                &MatchedModes::lattice_mass);
  } else {
    species.lattice_mass.estimate =
        stats::Estimate::undefined("the lattice dispersion beats a constant in only " +
                                   share_text(species.lattice_better, species.lattice_tested) + " fits");
  }
}

/// Estimates that the order of layers can explain away.
void add_rates(ResampledEstimates& estimates, RobustSpecies& species, const Cohort& cohort,
               const SpeciesModes& modes, const std::vector<Sample>& samples) {
  struct Rate {
    WithNull& target;
    OptionalNumbers MatchedModes::*list;
    MatrixXf ShuffleDraws::*draws;
  };
  for (const Rate& rate :
       {Rate{species.growth_rate, &MatchedModes::growth_rate, &ShuffleDraws::growth_rate},
        Rate{species.bare_mass, &MatchedModes::bare_mass, &ShuffleDraws::bare_mass},
        Rate{species.renormalized_mass, &MatchedModes::renormalized_mass, &ShuffleDraws::renormalized_mass},
        Rate{species.wavefunction_z, &MatchedModes::wavefunction_z, &ShuffleDraws::wavefunction_z},
        Rate{species.anomalous_dimension, &MatchedModes::anomalous_dimension,
             &ShuffleDraws::anomalous_dimension},
        Rate{species.fixed_point_layer, &MatchedModes::fixed_point, &ShuffleDraws::fixed_point}}) {
    add_matched(estimates, rate.target.estimate, kLost, cohort, modes, rate.list);
    rate.target.null_name = kShuffleLayers;
    rate.target.null = median_null(cohort, samples, rate.draws);
  }
}

/// One estimate a state point, over the prompts that keep their arrays.
void add_running_mass(ResampledEstimates& estimates, RobustSpecies& species, const Cohort& cohort,
                      const std::vector<Sample>& samples, Index window) {
  const Index points = cohort.points;
  std::vector<ItemMedian> medians(static_cast<std::size_t>(points));
  for (const Sample& sample : samples) {
    const MatchedModes& modes = cohort.in_memory[sample.item]->matched;
    if (modes.log_amplitude.cols() == 0) continue;
    const VectorXd mass = running_mass(modes, window).col(sample.mode);
    for (Index l = 0; l < points; ++l)
      if (std::isfinite(mass(l))) medians[static_cast<std::size_t>(l)].add(mass(l), sample.item);
  }
  species.running_mass.resize(medians.size());
  for (std::size_t l = 0; l < medians.size(); ++l)
    estimates.add(species.running_mass[l], "no prompt keeps the mode at this state point",
                  std::move(medians[l]));
}

}  // namespace

VectorXd Spectra::mean(const VectorXd& counts) const {
  VectorXd weights(columns.cols());
  for (std::size_t s = 0; s < items.size(); ++s)
    weights(static_cast<Index>(s)) = counts(static_cast<Index>(items[s]));
  return columns.cast<double>() * weights / weights.sum();
}

VectorXd Spectra::spread() const {
  if (columns.cols() < 2) return VectorXd::Zero(columns.rows());
  const MatrixXd all = columns.cast<double>();
  const MatrixXd centred = all.colwise() - all.rowwise().mean();
  return (centred.rowwise().squaredNorm() / static_cast<double>(columns.cols() - 1)).cwiseSqrt();
}

double peak_momentum(const VectorXd& spectrum) {
  if (!spectrum.allFinite()) return ResampledEstimates::undefined;
  Index peak = 0;
  spectrum.maxCoeff(&peak);
  return spectrum_momentum(peak);
}

void add_spectrum(ResampledEstimates& estimates, Spectra spectra, stats::Estimate& peak, VectorXd& mean,
                  VectorXd& spread, std::size_t items) {
  mean = spectra.mean(VectorXd::Ones(static_cast<Index>(items)));
  spread = spectra.spread();
  const auto shared = std::make_shared<Spectra>(std::move(spectra));
  estimates.add(peak, "no spectrum",
                [shared](const VectorXd& counts) { return peak_momentum(shared->mean(counts)); });
}

void add_species(ResampledEstimates& estimates, RobustSpecies& species, const Cohort& cohort,
                 const std::vector<const ModeAxis*>& members, const Options& options) {
  SpeciesModes modes;
  for (const ModeAxis* member : members) modes.push_back({member->category, member->member.mode});
  const std::vector<Sample> samples = samples_in_memory(cohort, modes);
  add_median(estimates, species.amplitude.estimate, "no prompt", cohort, modes,
             [](const FieldSummary& prompt, Index mode) { return prompt.amplitude(mode); });
  add_median(estimates, species.spin.estimate, "no prompt", cohort, modes,
             [](const FieldSummary& prompt, Index mode) { return prompt.matched.spin(mode); });
  species.spin.null_name = species.power_momentum.null_name = kShuffleTokens;
  species.spin.null = median_null(cohort, samples, &ShuffleDraws::spin);
  species.power_momentum.null = peak_null(cohort, samples);
  add_rates(estimates, species, cohort, modes, samples);
  add_masses(estimates, species, cohort, modes);
  add_running_mass(estimates, species, cohort, samples, options.eft_window);
  add_spectrum(estimates, spectra_of(cohort, samples, &MatchedModes::spectrum),
               species.power_momentum.estimate, species.spectrum, species.spectrum_spread, cohort.size());
  const Spectra rates = spectra_of(cohort, samples, &MatchedModes::momentum_rate);
  species.momentum_rate = rates.mean(VectorXd::Ones(static_cast<Index>(cohort.size())));
  species.momentum_rate_spread = rates.spread();
}

}  // namespace phasescope::intelliton
