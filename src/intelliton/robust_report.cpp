#include "phasescope/intelliton/robust_report.h"

#include "resampled_estimates.h"
#include "shuffle_nulls.h"
#include "species_axes.h"
#include "species_estimates.h"

#include <algorithm>
#include <memory>

namespace phasescope::intelliton {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

Spectra field_spectra(const Cohort& cohort) {
  Spectra spectra;
  spectra.columns.resize(kSpectrumPoints, static_cast<Index>(cohort.size()));
  cohort.show([&](std::size_t first, const std::vector<const FieldSummary*>& prompts) {
    for (std::size_t p = 0; p < prompts.size(); ++p) {
      spectra.columns.col(static_cast<Index>(first + p)) = prompts[p]->spectrum.cast<float>();
      spectra.items.push_back(first + p);
    }
  });
  return spectra;
}

MatrixXd layer_spectrum(const std::vector<CategoryFields>& categories) {
  MatrixXd sum = MatrixXd::Zero(categories.front().spectrum_sum.rows(), kSpectrumPoints);
  VectorXd count = VectorXd::Zero(sum.rows());
  for (const CategoryFields& category : categories) {
    sum += category.spectrum_sum;
    count += category.spectrum_count;
  }
  return sum.array().colwise() / count.array();
}

/// Median over prompts of one number a prompt.
template <typename Quantity>
void add_prompt_median(ResampledEstimates& estimates, stats::Estimate& target, const std::string& reason,
                       const Cohort& cohort, Quantity quantity) {
  estimates.add(target, reason, cohort.size(),
                [quantity](std::size_t item, const FieldSummary& prompt, ItemMedian& median) {
                  median.add(quantity(prompt), item);
                });
}

void add_field_estimates(ResampledEstimates& estimates, RobustReport& report, const Cohort& cohort) {
  const std::string few = "no prompt keeps two modes over enough state points";
  add_prompt_median(estimates, report.alpha.estimate, few, cohort,
                    [](const FieldSummary& p) { return p.matched.alpha; });
  add_prompt_median(estimates, report.beta.estimate, few, cohort,
                    [](const FieldSummary& p) { return p.matched.beta; });
  add_prompt_median(estimates, report.fusion_events.estimate, few, cohort,
                    [](const FieldSummary& p) { return p.fusion_events; });
  add_prompt_median(estimates, report.random_fusion_events, few, cohort,
                    [](const FieldSummary& p) { return random_fusion_events(p.amplitude.size()); });
  add_prompt_median(estimates, report.match_cosine.estimate, few, cohort,
                    [](const FieldSummary& p) { return p.matched.mean_cosine; });
  add_prompt_median(estimates, report.broken_matches.estimate, few, cohort,
                    [](const FieldSummary& p) { return p.matched.broken_share; });
  add_spectrum(estimates, field_spectra(cohort), report.power_momentum.estimate, report.spectrum,
               report.spectrum_spread, cohort.size());
}

void add_field_nulls(RobustReport& report, const Cohort& cohort, std::uint64_t seed) {
  report.beta.null_name = kShuffleLayers;
  report.beta.null = beta_null(cohort);
  report.power_momentum.null_name = kShuffleTokens;
  report.power_momentum.null = field_peak_null(cohort);
  report.fusion_events.null_name = kRandomWalk;
  report.fusion_events.null = random_walk_null(cohort, seed);
}

/// The report while it is made: estimates point into it, so it is filled in place.
class RobustReportBuilder {
 public:
  RobustReportBuilder(const Cohort& cohort, const Options& options, const RobustOptions& robust)
      : cohort_(cohort),
        options_(options),
        robust_(robust),
        axes_(mode_axes(cohort, options.sv_threshold)),
        species_axes_(cohort, axes_, options),
        groups_(species_axes_.groups()),
        estimates_([&cohort](const PromptVisitor& visitor) { cohort.show(visitor); }) {}

  RobustReport build() {
    add_members();
    add_all_species();
    add_field_estimates(estimates_, report_, cohort_);
    add_field_nulls(report_, cohort_, robust_.seed);
    report_.layer_spectrum = layer_spectrum(cohort_.categories);
    report_.interval_narrowness =
        estimates_.run(cohort_.group_of, {robust_.draws, robust_.seed, "species", 0.95});
    distribute_members();
    std::stable_sort(report_.species.begin(), report_.species.end(),
                     [](const RobustSpecies& a, const RobustSpecies& b) {
                       return a.amplitude.estimate.value.value_or(0) > b.amplitude.estimate.value.value_or(0);
                     });
    return std::move(report_);
  }

 private:
  void add_members() {
    for (const ModeAxis& axis : axes_) members_.push_back(axis.member);
    std::vector<stats::Estimate*> targets{&report_.n_species.estimate};
    for (SpeciesMember& member : members_) targets.push_back(&member.coherence);
    estimates_.add(std::move(targets), "no prompt",
                   [this](const VectorXd& counts) { return species_axes_.resampled(counts); });
  }

  void add_all_species() {
    report_.species.resize(groups_.size());
    for (std::size_t s = 0; s < groups_.size(); ++s) {
      std::vector<const ModeAxis*> group;
      for (const std::size_t place : groups_[s]) group.push_back(&axes_[place]);
      add_species(estimates_, report_.species[s], cohort_, group, options_);
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
  const Options& options_;
  const RobustOptions& robust_;
  std::vector<ModeAxis> axes_;
  SpeciesAxes species_axes_;
  std::vector<std::vector<std::size_t>> groups_;
  ResampledEstimates estimates_;
  std::vector<SpeciesMember> members_;
  RobustReport report_;
};

}  // namespace

RobustReport robust_report(const std::vector<CategoryFields>& categories, const Options& options,
                           const RobustOptions& robust) {
  const Cohort cohort(categories);
  if (cohort.size() > 0) return RobustReportBuilder(cohort, options, robust).build();
  RobustReport report;
  report.n_species.estimate = stats::Estimate::undefined("no prompt was analysed");
  return report;
}

}  // namespace phasescope::intelliton
