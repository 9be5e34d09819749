#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "phasescope/curvature/definition.h"
#include "phasescope/curvature/pair_table.h"

namespace phasescope::curvature {

/// Where an observed value lies against an interval.
enum class Side { below, inside, above };
const char* name_of(Side side);

/// ratio_norm of a run against the same run with its states in random order.
struct NullComparison {
  double mean = 0;           ///< of the null
  double low = 0;            ///< 2.5 % quantile of the null
  double high = 0;           ///< 97.5 %
  double p_value = 1;        ///< upper tail: (1 + #{null >= observed}) / (1 + draws)
  Side side = Side::inside;  ///< of the observed value against [low, high], whose bounds are inside

  bool distinguishable() const { return side != Side::inside; }
};

/// Null means of what the ratio is made of.
struct NullMeans {
  std::optional<double> mean_ct;
  std::optional<double> late_ct;
  std::optional<double> mean_delta;
  std::optional<double> mean_curvature;
};

struct ShuffledNull {
  /// Entry i compares the first i + 3 ct values of the run with random orders of the i + 5 states they are
  /// made of; the last entry is the null of the whole run. Absent where the run, or every random order, has a
  /// mean ct of 0.
  std::vector<std::optional<NullComparison>> by_length;
  NullMeans means;  ///< of the whole run

  /// The comparison of the first `steps` ct values; absent also when the run is shorter.
  std::optional<NullComparison> at(std::size_t steps) const;
};

struct NullOptions {
  std::size_t draws = 200;
  std::uint64_t seed = 1234;
  std::string run;  ///< names the run's random streams, so that a run's null does not depend on its company
};

/// Shuffles the states of a run. Every draw is one random order grown state by state
/// (stats::random_permutation), so one set of draws serves every length of the run. A null value that equals
/// the observed one but for rounding counts as equal. `observed` holds the run's ct values, at least
/// fewest_steps of them.
ShuffledNull shuffled_null(const PairTable& pairs, const std::vector<double>& observed,
                           const Definition& definition, const NullOptions& options);

}  // namespace phasescope::curvature
