#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "phasescope/curvature/bands.h"
#include "phasescope/curvature/gate_expression.h"
#include "phasescope/curvature/ratio_summary.h"
#include "phasescope/stats/estimate.h"
#include "phasescope/stats/variance_decomposition.h"

namespace phasescope::curvature {

/// One run of a report: what the phase map needs of it.
struct MapRun {
  std::string id;  ///< of the prompt
  std::string category;
  std::int64_t run = 0;
  std::optional<double> ratio_norm;
  std::optional<NullComparison> null;  ///< of ratio_norm
  std::optional<double> mean_ct;       ///< when the run is ok
  std::optional<double> late_ct;
};

/// One regime report on its way into the map.
struct MapReport {
  std::string source;      ///< the file it came from, for people
  std::string definition;  ///< everything that decides what ct_t is
  std::string model;       ///< a name that no other model has
  std::string family;      ///< empty: unknown
  std::optional<std::int64_t> parameters;
  std::optional<std::int64_t> seed;
  std::optional<double> temperature;
  std::optional<std::int64_t> max_new_tokens;
  std::size_t n_samples = 0;  ///< that generated
  std::size_t n_collapsed = 0;
  std::optional<double> ratio_norm;  ///< median over its own runs
  std::optional<std::string> regime;
  std::optional<bool> survives;
  std::vector<MapRun> runs;
};

/// One model of the map: x = mean_ct (flux), y = ratio_norm (instability). All runs of all its reports
/// together.
struct PhaseMapRow {
  std::string definition;
  std::string model;
  std::string family;
  std::optional<std::int64_t> parameters;
  std::vector<std::int64_t> seeds;  ///< of its reports, ascending, each once
  std::vector<double> temperatures;
  std::size_t n_reports = 0;
  std::size_t n_runs = 0;  ///< with a ratio_norm
  std::size_t n_prompts = 0;
  stats::Estimate ratio_norm;    ///< median over runs
  std::optional<double> spread;  ///< population deviation of ratio_norm over runs
  std::optional<std::string> regime;
  std::optional<std::string> published_interval;
  std::optional<double> confidence;  ///< share of resampled medians in that regime
  std::optional<std::string> null_regime;
  stats::Estimate ratio_excess;
  stats::Estimate mean_ct;  ///< mean over ok runs
  std::optional<double> late_ct;
  std::optional<double> collapse_rate;
  std::size_t same_regime_reports = 0;  ///< reports whose own regime is that of the row
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

/// The models measured with one definition.
struct PhaseMap {
  std::string definition;
  std::vector<PhaseMapRow> rows;           ///< by first appearance
  std::vector<MapReport> reports;          ///< of which the rows are made
  stats::VarianceDecomposition log_ratio;  ///< of log ratio_norm; reports of one model are its replicates
  std::vector<RankAgreement> agreements;   ///< every pair of categories, of seeds, of temperatures
  std::vector<std::string> notes;          ///< what makes rows less comparable than they look
};

struct PhaseMapOptions {
  Bands bands;
  std::size_t bootstrap_draws = 2000;
  std::uint64_t seed = 1234;
};

/// Rows, intervals and statistics of reports with one definition. Intervals are as those of a report: prompts
/// resampled within category, each with all its runs of all reports. Errors: usage when there is no report,
/// or reports were made with different definitions.
PhaseMap make_phase_map(const std::vector<MapReport>& reports, const PhaseMapOptions& options);

/// One map for each definition, in order of first appearance.
std::vector<PhaseMap> make_phase_maps(const std::vector<MapReport>& reports, const PhaseMapOptions& options);

/// What a gate over maps may name. `baseline` are the rows of an older map; rows correspond when model and
/// definition agree. regime_flips counts corresponding rows whose regime changed; d.<number> is the change,
/// among corresponding rows, that is largest in size (new minus old, with its sign).
GateValues gate_values(const std::vector<PhaseMap>& maps,
                       const std::optional<std::vector<PhaseMapRow>>& baseline);

/// What changed between corresponding rows, one line a row, and which rows came or went; for people.
std::vector<std::string> changes_since(const std::vector<PhaseMap>& maps,
                                       const std::vector<PhaseMapRow>& baseline);

}  // namespace phasescope::curvature
