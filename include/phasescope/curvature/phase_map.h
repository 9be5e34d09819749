#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "phasescope/curvature/gate_expression.h"
#include "phasescope/curvature/ratio_summary.h"
#include "phasescope/stats/estimate.h"
#include "phasescope/stats/variance_decomposition.h"

namespace phasescope::curvature {

/// One run of a report: what the phase map needs of it.
struct MapRun {
  std::string id;  ///< of the prompt
  std::string category;
  std::optional<double> ratio_norm;
};

/// One regime report on its way into the map.
struct MapReport {
  std::string ct_id;
  std::string model;
  std::string family;
  std::optional<std::int64_t> parameters;
  std::optional<std::int64_t> seed;
  std::optional<double> temperature;
  stats::Estimate ratio_norm;         ///< median over runs
  std::optional<std::string> regime;  ///< of the median
  RegimeNumbers confidence;           ///< may be empty
  std::optional<std::string> null_regime;
  std::optional<double> mean_ct;
  std::optional<double> late_ct;
  std::optional<double> collapse_rate;
  std::vector<MapRun> runs;
};

/// One point of the map: x = mean_ct (flux), y = ratio_norm (instability).
struct PhaseMapRow {
  std::string model;
  std::string family;
  std::optional<std::int64_t> parameters;
  std::optional<std::int64_t> seed;
  std::optional<double> temperature;
  stats::Estimate ratio_norm;
  std::optional<double> spread;  ///< population deviation of ratio_norm over runs
  std::optional<std::string> regime;
  std::optional<double> confidence;  ///< share of resampled medians in that regime
  std::optional<std::string> null_regime;
  std::optional<double> mean_ct;
  std::optional<double> late_ct;
  std::optional<double> collapse_rate;
  std::size_t n_runs = 0;  ///< with a ratio_norm
};

/// How far two conditions rank the models alike.
struct RankAgreement {
  std::string condition;  ///< "category", "seed" or "temperature"
  std::string first;
  std::string second;
  std::size_t n_models = 0;   ///< that have both
  std::optional<double> tau;  ///< Kendall's tau-b of the models' median ratio_norm
  std::string reason;
};

struct PhaseMap {
  std::string ct_id;
  std::vector<PhaseMapRow> rows;           ///< in the order of the reports
  stats::VarianceDecomposition log_ratio;  ///< of log ratio_norm; reports of one model are its replicates
  std::vector<RankAgreement> agreements;   ///< every pair of categories, of seeds, of temperatures
};

/// Errors: usage when there is no report, or reports were made with different definitions.
PhaseMap make_phase_map(const std::vector<MapReport>& reports);

/// What a gate over a map may name. `baseline` are the rows of an older map; rows correspond when model, seed
/// and temperature agree. regime_flips counts corresponding rows whose regime changed; d.<number> is the
/// change, among corresponding rows, that is largest in size (new minus old, with its sign).
GateValues gate_values(const PhaseMap& map, const std::optional<std::vector<PhaseMapRow>>& baseline);

}  // namespace phasescope::curvature
