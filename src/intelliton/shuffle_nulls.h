#pragma once

#include "species_estimates.h"

#include <cstdint>
#include <optional>
#include <vector>

#include "phasescope/intelliton/with_null.h"

namespace phasescope::intelliton {

/// Where the median over samples of a quantity lies in the draws of a shuffle null. Prompts without draws
/// (kArraySamples) are left out; nothing when fewer than 20 draws are defined.
std::optional<NullRange> median_null(const Cohort& cohort, const std::vector<Sample>& samples,
                                     Eigen::MatrixXf ShuffleDraws::*draws);

/// Where the peak of the samples' mean spectrum lies when tokens change places.
std::optional<NullRange> peak_null(const Cohort& cohort, const std::vector<Sample>& samples);

/// The same of whole fields.
std::optional<NullRange> field_peak_null(const Cohort& cohort);

/// Where the median over prompts of eft_beta lies when layers change places.
std::optional<NullRange> beta_null(const Cohort& cohort);

/// Where the median over prompts of fusion events per step lies when every mode links to a random one of the
/// next point.
std::optional<NullRange> random_walk_null(const Cohort& cohort, std::uint64_t seed);

}  // namespace phasescope::intelliton
