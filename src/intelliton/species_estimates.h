#pragma once

#include "resampled_estimates.h"
#include "species_axes.h"

#include <string>
#include <utility>
#include <vector>

#include "phasescope/intelliton/robust_report.h"

namespace phasescope::intelliton {

/// One prompt's mode that belongs to a species.
struct Sample {
  std::size_t item;
  Eigen::Index mode;
};

/// Registers the median over samples of what `quantity` reads from a prompt's mode.
template <typename Quantity>
void add_median(ResampledEstimates& estimates, stats::Estimate& target, const std::string& reason,
                const Cohort& cohort, const std::vector<Sample>& samples, Quantity quantity) {
  auto median = std::make_shared<ItemMedian>();
  for (const Sample& sample : samples)
    median->add(quantity(*cohort.prompts[sample.item], sample.mode), sample.item);
  median->sort();
  estimates.add(target, reason, [median](const Eigen::VectorXd& counts) { return (*median)(counts); });
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
