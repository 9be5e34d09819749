#include "phasescope/report/diagnostics_csv.h"

#include "phasescope/formats/csv.h"

namespace phasescope::report {
namespace {

using formats::CsvTable;
using intelliton::ComparedPair;
using intelliton::DiagnosticsReport;
using intelliton::ObservedTrajectory;

std::int64_t whole(std::size_t number) {
  return static_cast<std::int64_t>(number);
}

void add_observation(CsvTable& table, const intelliton::SpeciesObservation& species) {
  table.add(species.spin).add(species.pole_mass).add(species.lattice_mass).add(species.momentum);
  table.add(species.helicity).add(species.group_velocity).add(std::int64_t{species.fixed_point_layer});
  table.add(species.anomalous_dimension).add(species.wavefunction_z).add(species.resonance_width);
  table.add(species.fusion_strength).add(species.fusion_rate);
}

void add_step(CsvTable& table, const DiagnosticsReport& report, const ObservedTrajectory& trajectory,
              std::size_t step) {
  const auto& observation = trajectory.steps[step];
  for (std::size_t rank = 0; rank < observation.leading.size(); ++rank) {
    const std::size_t s = observation.leading[rank];
    const auto& shift = observation.shift[s];
    table.add(trajectory.sequence.name).add(trajectory.sequence.id).add(trajectory.sequence.pair);
    table.add(trajectory.sequence.role).add(whole(step)).add(whole(rank)).add(report.species_names[s]);
    table.add(observation.species[s].occupation);
    table.add(shift ? std::optional<double>(shift->total()) : std::nullopt);
    add_observation(table, observation.species[s]);
    table.end_row();
  }
}

void add_pair(CsvTable& table, const DiagnosticsReport& report, const ComparedPair& pair, const char* kind) {
  table.add(kind).add(pair.pair.category).add(report.sequences.at(pair.pair.grounded).name);
  table.add(report.sequences.at(pair.pair.other).name);
  if (pair.signature) {
    const auto& signature = *pair.signature;
    table.add(std::int64_t{signature.peak_layer}).add(signature.decay_strength);
    table.add(signature.spectral_divergence.mean()).add(signature.tunneling_score);
    table.add(signature.entropy_gap.mean())
        .add(signature.coherence_loss.mean())
        .add(signature.common_stability);
    table.add(signature.flagged ? "yes" : "no");
  } else {
    for (int cell = 0; cell < 8; ++cell) table.add("");
  }
  table.add(pair.grounded_confidence).add(pair.other_confidence).add(pair.reason);
  table.end_row();
}

std::string mark_text(const std::optional<bool>& mark) {
  if (!mark) return "";
  return *mark ? "yes" : "no";
}

/// The networks whose AUCs hold that of row `place`.
std::string networks_text(const DiagnosticsReport& report,
                          std::vector<intelliton::NullQuantity> intelliton::DiagnosticsNull::*list,
                          std::size_t place) {
  std::string names;
  for (const auto& null : report.model_nulls) {
    if ((null.*list)[place].inside.front().value_or(false)) names += (names.empty() ? "" : " ") + null.name;
  }
  return names;
}

void add_auc(CsvTable& table, const stats::Estimate& auc, const std::optional<double>& p_value) {
  table.add(auc.value).add(auc.low).add(auc.high).add(p_value);
  table.add(mark_text(intelliton::inside_permutation_null(p_value)));
}

}  // namespace

std::string measures_to_csv(const DiagnosticsReport& report) {
  CsvTable table({"kind", "name", "pairs", "controls", "auc", "auc_low", "auc_high", "p_value", "inside_null",
                  "inside_model_nulls", "length_does_as_well"});
  for (std::size_t i = 0; i < report.flags.size(); ++i) {
    const auto& flag = report.flags[i];
    table.add("flag").add(flag.name).add(whole(flag.pairs)).add(whole(flag.controls));
    add_auc(table, flag.auc, flag.p_value);
    table.add(networks_text(report, &intelliton::DiagnosticsNull::flags, i)).add("");
    table.end_row();
  }
  for (std::size_t i = 0; i < report.measures.size(); ++i) {
    const auto& row = report.measures[i];
    table.add(row.baseline ? "baseline" : "measure").add(row.name).add(whole(row.pairs)).add("");
    add_auc(table, row.auc, row.p_value);
    table.add(networks_text(report, &intelliton::DiagnosticsNull::measures, i));
    table.add(mark_text(row.length_does_as_well));
    table.end_row();
  }
  return table.text();
}

std::string trajectory_to_csv(const DiagnosticsReport& report) {
  CsvTable table({"name",
                  "id",
                  "pair",
                  "role",
                  "step",
                  "rank",
                  "species",
                  "occupation",
                  "activation_shift",
                  "spin",
                  "pole_mass",
                  "lattice_mass",
                  "momentum",
                  "helicity",
                  "group_velocity",
                  "fixed_point_layer",
                  "anomalous_dimension",
                  "wavefunction_Z",
                  "resonance_width",
                  "fusion_strength",
                  "fusion_rate"});
  if (!report.dynamics) return table.text();
  for (const auto& trajectory : report.dynamics->trajectories) {
    for (std::size_t step = 0; step < trajectory.steps.size(); ++step)
      add_step(table, report, trajectory, step);
  }
  return table.text();
}

std::string transitions_to_csv(const DiagnosticsReport& report) {
  CsvTable table({"group", "source", "target", "count", "mean_target_shift"});
  if (!report.dynamics) return table.text();
  for (const auto& edge : report.dynamics->transitions) {
    table.add(edge.group).add(report.species_names[edge.source]).add(report.species_names[edge.target]);
    table.add(whole(edge.count)).add(edge.mean_target_shift);
    table.end_row();
  }
  return table.text();
}

std::string pairs_to_csv(const DiagnosticsReport& report) {
  CsvTable table({"kind", "category", "grounded", "other", "peak_layer", "divergence_peak", "divergence_mean",
                  "tunneling_score", "entropy_gap", "coherence_loss", "common_stability", "flagged",
                  "grounded_confidence", "other_confidence", "reason"});
  if (!report.pairs) return table.text();
  for (const auto& pair : report.pairs->pairs) add_pair(table, report, pair, "pair");
  for (const auto& pair : report.pairs->controls) add_pair(table, report, pair, "control");
  return table.text();
}

}  // namespace phasescope::report
