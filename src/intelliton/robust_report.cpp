#include "phasescope/intelliton/robust_report.h"

#include "resampled_estimates.h"
#include "species_axes.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "phasescope/intelliton/smoothing.h"
#include "phasescope/stats/descriptive.h"
#include "phasescope/stats/random.h"

namespace phasescope::intelliton {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// One prompt's mode that belongs to a species.
struct Sample {
  std::size_t item;
  Index mode;
};

std::vector<Sample> samples_of(const Cohort& cohort, const std::vector<const ModeAxis*>& members) {
  std::vector<Sample> samples;
  for (const ModeAxis* member : members) {
    for (const std::size_t item : cohort.items_of[member->category])
      samples.push_back({item, member->member.mode});
  }
  return samples;
}

/// Registers the median over samples of what `quantity` reads from a prompt's mode.
template <typename Quantity>
void add_median(ResampledEstimates& estimates, stats::Estimate& target, const std::string& reason,
                const Cohort& cohort, const std::vector<Sample>& samples, Quantity quantity) {
  auto median = std::make_shared<ItemMedian>();
  for (const Sample& sample : samples)
    median->add(quantity(*cohort.prompts[sample.item], sample.mode), sample.item);
  median->sort();
  estimates.add(target, reason, [median](const VectorXd& counts) { return (*median)(counts); });
}

/// The median over samples of one of MatchedModes' lists.
void add_matched(ResampledEstimates& estimates, stats::Estimate& target, const std::string& reason,
                 const Cohort& cohort, const std::vector<Sample>& samples,
                 OptionalNumbers MatchedModes::*list) {
  add_median(estimates, target, reason, cohort, samples, [list](const FieldSummary& prompt, Index mode) {
    return (prompt.matched.*list)[static_cast<std::size_t>(mode)];
  });
}

struct Spectra {
  MatrixXd columns;                // one a sample [kSpectrumPoints, samples]
  std::vector<std::size_t> items;  // of each column

  VectorXd mean(const VectorXd& counts) const {
    VectorXd weights(columns.cols());
    for (std::size_t s = 0; s < items.size(); ++s)
      weights(static_cast<Index>(s)) = counts(static_cast<Index>(items[s]));
    return columns * weights / weights.sum();
  }
  VectorXd spread() const {
    if (columns.cols() < 2) return VectorXd::Zero(columns.rows());
    const MatrixXd centred = columns.colwise() - columns.rowwise().mean();
    return (centred.rowwise().squaredNorm() / static_cast<double>(columns.cols() - 1)).cwiseSqrt();
  }
};

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

Spectra mode_spectra(const Cohort& cohort, const std::vector<Sample>& samples) {
  Spectra spectra;
  spectra.columns.resize(kSpectrumPoints, static_cast<Index>(samples.size()));
  for (std::size_t s = 0; s < samples.size(); ++s) {
    spectra.columns.col(static_cast<Index>(s)) =
        cohort.prompts[samples[s].item]->matched.spectrum.col(samples[s].mode);
    spectra.items.push_back(samples[s].item);
  }
  return spectra;
}

Spectra field_spectra(const Cohort& cohort) {
  Spectra spectra;
  spectra.columns.resize(kSpectrumPoints, static_cast<Index>(cohort.prompts.size()));
  for (std::size_t item = 0; item < cohort.prompts.size(); ++item) {
    spectra.columns.col(static_cast<Index>(item)) = cohort.prompts[item]->spectrum;
    spectra.items.push_back(item);
  }
  return spectra;
}

/// A range needs a handful of draws that are there.
std::optional<NullRange> null_range(const std::vector<double>& draws) {
  constexpr std::size_t fewest = 20;
  if (draws.size() < fewest) return std::nullopt;
  return NullRange{stats::quantile(draws, 0.025), stats::quantile(draws, 0.975), draws.size()};
}

/// The slope of ln sigma with the order of the points permuted.
std::optional<double> shuffled_growth_rate(const MatchedModes& modes, Index mode, Index first_point,
                                           stats::RandomStream stream) {
  const Index first = std::max<Index>(modes.first(mode), first_point);
  const Index count = modes.last(mode) + 1 - first;
  if (!modes.growth_rate[static_cast<std::size_t>(mode)]) return std::nullopt;
  const auto order = stats::random_permutation(static_cast<std::size_t>(count), stream);
  const VectorXd depth = VectorXd::LinSpaced(count, 0, static_cast<double>(count - 1));
  return column_slopes(depth, modes.log_amplitude.col(mode).segment(first, count)(order))(0);
}

std::optional<NullRange> shuffle_layers_null(const Cohort& cohort, const std::vector<Sample>& samples,
                                             Index first_point, const RobustOptions& options) {
  std::vector<double> draws;
  for (std::size_t draw = 0; draw < options.shuffle_layer_draws; ++draw) {
    std::vector<double> rates;
    for (const Sample& sample : samples) {
      const FieldSummary& prompt = *cohort.prompts[sample.item];
      const std::string purpose = "shuffle-layers " + prompt.name + " " + std::to_string(sample.mode);
      const auto rate =
          shuffled_growth_rate(prompt.matched, sample.mode, first_point,
                               stats::RandomStream(stats::stream_key(options.seed, purpose, draw)));
      if (rate) rates.push_back(*rate);
    }
    if (!rates.empty()) draws.push_back(stats::median(std::move(rates)));
  }
  return null_range(draws);
}

std::optional<NullRange> shuffle_tokens_null(const Cohort& cohort, const std::vector<Sample>& samples) {
  std::vector<double> draws;
  const Index available = cohort.prompts.front()->matched.spin_null.rows();
  for (Index draw = 0; draw < available; ++draw) {
    std::vector<double> spins;
    for (const Sample& sample : samples) {
      spins.push_back(cohort.prompts[sample.item]->matched.spin_null(draw, sample.mode));
    }
    draws.push_back(stats::median(std::move(spins)));
  }
  return null_range(draws);
}

void count_poles(RobustSpecies& species, const Cohort& cohort, const std::vector<Sample>& samples) {
  std::size_t poles = 0;
  for (const Sample& sample : samples) {
    const FieldSummary& prompt = *cohort.prompts[sample.item];
    const auto mode = static_cast<std::size_t>(sample.mode);
    poles += !prompt.has_pole.empty() && prompt.has_pole[mode] ? 1 : 0;
    species.lattice_tested += prompt.matched.lattice_tested[mode] ? 1 : 0;
    species.lattice_better += prompt.matched.lattice_mass[mode] ? 1 : 0;
  }
  species.pole_share = static_cast<double>(poles) / static_cast<double>(samples.size());
}

std::string share_text(std::size_t part, std::size_t whole) {
  return std::to_string(part) + " of " + std::to_string(whole);
}

/// Masses are given only where most prompts have what they are named after.
void add_masses(ResampledEstimates& estimates, RobustSpecies& species, const Cohort& cohort,
                const std::vector<Sample>& samples) {
  count_poles(species, cohort, samples);
  if (species.pole_share > 0.5) {
    add_median(estimates, species.pole_mass, "no pole", cohort, samples,
               [](const FieldSummary& prompt, Index mode) -> std::optional<double> {
                 if (prompt.has_pole.empty() || !prompt.has_pole[static_cast<std::size_t>(mode)]) return {};
                 return prompt.pole_mass(mode);
               });
  } else {
    const auto poles =
        static_cast<std::size_t>(std::lround(species.pole_share * static_cast<double>(samples.size())));
    species.pole_mass = stats::Estimate::undefined("the spectral density has a pole in only " +
                                                   share_text(poles, samples.size()) + " fields");
  }
  if (2 * species.lattice_better > species.lattice_tested) {
    add_matched(estimates, species.lattice_mass, "no fit", cohort, samples, &MatchedModes::lattice_mass);
  } else {
    species.lattice_mass =
        stats::Estimate::undefined("the lattice dispersion beats a constant in only " +
                                   share_text(species.lattice_better, species.lattice_tested) + " fits");
  }
}

void add_species(ResampledEstimates& estimates, RobustSpecies& species, const Cohort& cohort,
                 const std::vector<const ModeAxis*>& members, Index first_point,
                 const RobustOptions& options) {
  const std::vector<Sample> samples = samples_of(cohort, members);
  const std::string lost = "no prompt keeps the mode over enough state points";
  add_median(estimates, species.amplitude, "no prompt", cohort, samples,
             [](const FieldSummary& prompt, Index mode) { return prompt.amplitude(mode); });
  add_median(estimates, species.spin.estimate, "no prompt", cohort, samples,
             [](const FieldSummary& prompt, Index mode) { return prompt.matched.spin(mode); });
  add_matched(estimates, species.growth_rate.estimate, lost, cohort, samples, &MatchedModes::growth_rate);
  add_matched(estimates, species.bare_mass, lost, cohort, samples, &MatchedModes::bare_mass);
  add_matched(estimates, species.renormalized_mass, lost, cohort, samples, &MatchedModes::renormalized_mass);
  add_matched(estimates, species.wavefunction_z, lost, cohort, samples, &MatchedModes::wavefunction_z);
  add_matched(estimates, species.anomalous_dimension, lost, cohort, samples,
              &MatchedModes::anomalous_dimension);
  add_masses(estimates, species, cohort, samples);
  add_spectrum(estimates, mode_spectra(cohort, samples), species.power_momentum, species.spectrum,
               species.spectrum_spread, cohort.prompts.size());
  species.growth_rate.null = shuffle_layers_null(cohort, samples, first_point, options);
  species.spin.null = shuffle_tokens_null(cohort, samples);
}

/// Median over prompts of one number a prompt.
template <typename Quantity>
void add_prompt_median(ResampledEstimates& estimates, stats::Estimate& target, const std::string& reason,
                       const Cohort& cohort, Quantity quantity) {
  std::vector<Sample> samples;
  for (std::size_t item = 0; item < cohort.prompts.size(); ++item) samples.push_back({item, 0});
  add_median(estimates, target, reason, cohort, samples,
             [quantity](const FieldSummary& prompt, Index) { return quantity(prompt); });
}

void add_field_estimates(ResampledEstimates& estimates, RobustReport& report, const Cohort& cohort) {
  const std::string few = "no prompt keeps two modes over enough state points";
  add_prompt_median(estimates, report.alpha, few, cohort,
                    [](const FieldSummary& p) { return p.matched.alpha; });
  add_prompt_median(estimates, report.beta, few, cohort,
                    [](const FieldSummary& p) { return p.matched.beta; });
  add_prompt_median(estimates, report.fusion_events, few, cohort,
                    [](const FieldSummary& p) { return p.fusion_events; });
  add_prompt_median(estimates, report.random_fusion_events, few, cohort,
                    [](const FieldSummary& p) { return random_fusion_events(p.amplitude.size()); });
  add_prompt_median(estimates, report.match_cosine, few, cohort,
                    [](const FieldSummary& p) { return p.matched.mean_cosine; });
  add_prompt_median(estimates, report.broken_matches, few, cohort,
                    [](const FieldSummary& p) { return p.matched.broken_share; });
  add_spectrum(estimates, field_spectra(cohort), report.power_momentum, report.spectrum,
               report.spectrum_spread, cohort.prompts.size());
}

/// The report while it is made: estimates point into it, so it is filled in place.
class RobustReportBuilder {
 public:
  RobustReportBuilder(const Cohort& cohort, const std::vector<CategoryFields>& categories,
                      const Options& options, const RobustOptions& robust)
      : cohort_(cohort),
        robust_(robust),
        axes_(mode_axes(cohort, categories, options.sv_threshold)),
        species_axes_(cohort, axes_, options),
        groups_(species_axes_.groups()) {
    const Index points = cohort.prompts.front()->singular_values.rows();
    first_point_ = points > options.skip_layers + 1 ? options.skip_layers : 0;
  }

  RobustReport build() {
    add_members();
    add_all_species();
    add_field_estimates(estimates_, report_, cohort_);
    report_.interval_narrowness =
        estimates_.run(cohort_.group_of, {robust_.draws, robust_.seed, "species", 0.95});
    distribute_members();
    std::stable_sort(report_.species.begin(), report_.species.end(),
                     [](const RobustSpecies& a, const RobustSpecies& b) {
                       return a.amplitude.value.value_or(0) > b.amplitude.value.value_or(0);
                     });
    return std::move(report_);
  }

 private:
  void add_members() {
    for (const ModeAxis& axis : axes_) members_.push_back(axis.member);
    std::vector<stats::Estimate*> targets{&report_.n_species};
    for (SpeciesMember& member : members_) targets.push_back(&member.coherence);
    estimates_.add(std::move(targets), "no prompt",
                   [this](const VectorXd& counts) { return species_axes_.resampled(counts); });
  }

  void add_all_species() {
    report_.species.resize(groups_.size());
    for (std::size_t s = 0; s < groups_.size(); ++s) {
      std::vector<const ModeAxis*> group;
      for (const std::size_t place : groups_[s]) group.push_back(&axes_[place]);
      add_species(estimates_, report_.species[s], cohort_, group, first_point_, robust_);
    }
  }

  /// Hands estimated members to the species they make, or to the incoherent ones.
  void distribute_members() {
    std::vector<bool> used(axes_.size(), false);
    for (std::size_t place = 0; place < axes_.size(); ++place) {
      if (axes_[place].items.size() > 1) continue;
      members_[place].coherence = stats::Estimate::undefined("one prompt has no coherence");
    }
    for (std::size_t s = 0; s < groups_.size(); ++s) {
      for (const std::size_t place : groups_[s]) {
        report_.species[s].members.push_back(members_[place]);
        used[place] = true;
      }
    }
    for (std::size_t place = 0; place < axes_.size(); ++place) {
      if (axes_[place].active && !used[place]) report_.incoherent.push_back(members_[place]);
    }
  }

  const Cohort& cohort_;
  const RobustOptions& robust_;
  std::vector<ModeAxis> axes_;
  SpeciesAxes species_axes_;
  std::vector<std::vector<std::size_t>> groups_;
  Index first_point_ = 0;
  ResampledEstimates estimates_;
  std::vector<SpeciesMember> members_;
  RobustReport report_;
};

}  // namespace

RobustReport robust_report(const std::vector<CategoryFields>& categories, const Options& options,
                           const RobustOptions& robust) {
  const Cohort cohort(categories);
  if (!cohort.prompts.empty()) return RobustReportBuilder(cohort, categories, options, robust).build();
  RobustReport report;
  report.n_species = stats::Estimate::undefined("no prompt was analysed");
  return report;
}

}  // namespace phasescope::intelliton
