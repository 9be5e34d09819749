#pragma once

#include "resampled_estimates.h"
#include "species_axes.h"

#include <string>
#include <utility>
#include <vector>

#include "phasescope/intelliton/robust_report.h"

namespace phasescope::intelliton {

/// A mode of every prompt of one category that belongs to a species.
struct SpeciesMode {
  std::size_t category;
  Eigen::Index mode;
};

/// One prompt's mode that belongs to a species.
struct Sample {
  std::size_t item;
  Eigen::Index mode;
};

/// Registers the median over prompts of what `quantity` reads from each of these modes of a prompt.
template <typename Quantity>
void add_median(ResampledEstimates& estimates, stats::Estimate& target, const std::string& reason,
                const Cohort& cohort, const std::vector<SpeciesMode>& modes, Quantity quantity) {
  std::size_t count = 0;
  for (const SpeciesMode& one : modes) count += cohort.items_of[one.category].size();
  estimates.add(target, reason, count,
                [&cohort, modes, quantity](std::size_t item, const FieldSummary& prompt, ItemMedian& median) {
                  for (const SpeciesMode& one : modes) {
                    if (one.category == cohort.group_of[item]) median.add(quantity(prompt, one.mode), item);
                  }
                });
}

/// Columns of spectra and the item that each belongs to.
struct Spectra {
  Eigen::MatrixXf columns;  ///< one a sample [kSpectrumPoints, samples]
  std::vector<std::size_t> items;

  Eigen::VectorXd mean(const Eigen::VectorXd& counts) const;
  /// Standard deviation over samples.
  Eigen::VectorXd spread() const;
};

/// Registers the momentum at which the mean spectrum peaks, and sets mean and spread of the sample itself.
void add_spectrum(ResampledEstimates& estimates, Spectra spectra, stats::Estimate& peak,
                  Eigen::VectorXd& mean, Eigen::VectorXd& spread, std::size_t items);

/// The momentum of the largest entry; NaN when one is not finite.
double peak_momentum(const Eigen::VectorXd& spectrum);

/// Registers every estimate of a species made of `members`, and sets its nulls. `species` must outlive the
/// estimates.
void add_species(ResampledEstimates& estimates, RobustSpecies& species, const Cohort& cohort,
                 const std::vector<const ModeAxis*>& members, const Options& options);

}  // namespace phasescope::intelliton
