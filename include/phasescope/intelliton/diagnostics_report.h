#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "phasescope/intelliton/control_calibration.h"
#include "phasescope/intelliton/dynamics.h"
#include "phasescope/intelliton/grounded_activation.h"
#include "phasescope/intelliton/held_out_profile.h"
#include "phasescope/intelliton/measure_table.h"
#include "phasescope/intelliton/model_null.h"
#include "phasescope/intelliton/pair_diagnostics.h"
#include "phasescope/intelliton/pair_observer.h"
#include "phasescope/intelliton/trajectory_observer.h"

namespace phasescope::intelliton {

struct DiagnosticsOptions {
  Options field;
  TrajectoryOptions trajectory;
  std::size_t draws = 2000;
  std::size_t permutations = 2000;
  std::uint64_t seed = 1234;
  double false_alarm_rate = 0.1;
  double length_tolerance = 1;  ///< tokens
};

/// The AUCs of null networks (see ModelNull) beside the run's.
struct DiagnosticsNull {
  std::string name;
  std::size_t networks = 0;
  std::vector<NullQuantity> flags;     ///< in the order of DiagnosticsReport::flags
  std::vector<NullQuantity> measures;  ///< in the order of DiagnosticsReport::measures
};

/// What diagnostics.json says: pairs and dynamics as published, and the sound estimates beside them.
struct DiagnosticsReport {
  DiagnosticsOptions options;
  std::vector<std::string> species_names;              ///< of the catalogue that occupations refer to
  std::map<std::int64_t, states::Sequence> sequences;  ///< every sequence that is referred to, by index
  std::optional<PairDiagnostics> pairs;
  std::optional<Dynamics> dynamics;
  std::optional<GroundedActivation> grounded;  ///< with dynamics
  // Sound estimates; empty where pairs or dynamics are absent.
  std::vector<CalibratedFlag> flags;
  std::vector<HeldOutScore> held_out;
  std::vector<MeasureRow> measures;
  std::vector<DiagnosticsNull> model_nulls;  ///< added by who ran the null networks
};

struct DiagnosticsInput {
  const std::vector<states::Sequence>* sequences =
      nullptr;                                       ///< of pairs and trajectories, with their true lengths
  const PairObserver* pairs = nullptr;               ///< nullptr: no pairs
  const TrajectoryObserver* trajectories = nullptr;  ///< nullptr: no dynamics
  const std::vector<Species>* species = nullptr;     ///< the published catalogue's; needed for dynamics
  /// Mean negative log-likelihood of the prompt, by Sequence::index, where known: a baseline.
  std::map<std::int64_t, double> prompt_nll;
};

DiagnosticsReport diagnostics_report(const DiagnosticsInput& input, const DiagnosticsOptions& options);

DiagnosticsNull compare_with_null_runs(const std::string& name, const DiagnosticsReport& run,
                                       const std::vector<DiagnosticsReport>& null_runs);

/// Whether a label permutation reaches the observed difference with a probability of 0.05 or more; absent
/// without a p-value.
std::optional<bool> inside_permutation_null(const std::optional<double>& p_value);

}  // namespace phasescope::intelliton
