#include "phasescope/report/diagnostics_json.h"

#include "eigen_json.h"
#include "estimate_json.h"
#include "null_json.h"

namespace phasescope::report {
namespace {

using intelliton::ComparedPair;
using intelliton::DiagnosticsReport;
using intelliton::HeldOutScore;
using intelliton::ObservedTrajectory;
using intelliton::SpeciesObservation;
using intelliton::StepObservation;

Json options_json(const intelliton::DiagnosticsOptions& options) {
  return {{"modes", options.field.modes},
          {"skip_layers", options.field.skip_layers},
          {"max_tokens", options.field.max_tokens},
          {"state_points", options.field.last_point_after_norm ? "hf" : "raw"},
          {"window", options.trajectory.window},
          {"steps", options.trajectory.steps},
          {"bootstrap_draws", options.draws},
          {"permutations", options.permutations},
          {"seed", options.seed},
          {"false_alarm_rate", options.false_alarm_rate},
          {"length_tolerance", options.length_tolerance}};
}

void add_signature(Json& json, const intelliton::PairSignature& signature) {
  json["spectral_divergence"] = list_json(signature.spectral_divergence);
  json["coherence_loss"] = list_json(signature.coherence_loss);
  json["entropy_grounded"] = list_json(signature.entropy_grounded);
  json["entropy_other"] = list_json(signature.entropy_other);
  json["entropy_gap"] = list_json(signature.entropy_gap);
  json["peak_layer"] = signature.peak_layer;
  json["decay_strength"] = number_or_null(signature.decay_strength);
  json["tunneling_score"] = number_or_null(signature.tunneling_score);
  json["common_stability"] = number_or_null(signature.common_stability);
  json["flagged"] = signature.flagged;
}

Json pair_json(const DiagnosticsReport& report, const ComparedPair& pair) {
  Json json{{"category", pair.pair.category},
            {"grounded", report.sequences.at(pair.pair.grounded).name},
            {"other", report.sequences.at(pair.pair.other).name},
            {"status", pair.signature ? "ok" : "not_compared"}};
  if (!pair.signature) json["reason"] = pair.reason;
  if (pair.signature) add_signature(json, *pair.signature);
  set_optional(json, "grounded_confidence", pair.grounded_confidence, intelliton::kNoConfidence);
  set_optional(json, "other_confidence", pair.other_confidence, intelliton::kNoConfidence);
  return json;
}

Json pair_list_json(const DiagnosticsReport& report, const std::vector<ComparedPair>& pairs) {
  Json list = Json::array();
  for (const ComparedPair& pair : pairs) list.push_back(pair_json(report, pair));
  return list;
}

Json pairs_json(const DiagnosticsReport& report) {
  const auto& pairs = *report.pairs;
  Json json{{"signatures", pair_list_json(report, pairs.pairs)},
            {"controls", pair_list_json(report, pairs.controls)}};
  json["mean_spectral_divergence"] = list_json(pairs.mean_spectral_divergence);
  json["mean_entropy_gap"] = list_json(pairs.mean_entropy_gap);
  json["mean_coherence_loss"] = list_json(pairs.mean_coherence_loss);
  set_optional(json, "critical_layer", pairs.critical_layer, intelliton::kNoPairs);
  set_optional(json, "early_peak_layer", pairs.early_peak_layer, intelliton::kNoPairs);
  set_optional(json, "late_peak_layer", pairs.late_peak_layer, intelliton::kNoPairs);
  set_optional(json, "early_peak_strength", pairs.early_peak_strength, intelliton::kNoPairs);
  set_optional(json, "late_peak_strength", pairs.late_peak_strength, intelliton::kNoPairs);
  set_optional(json, "flag_rate", pairs.flag_rate, intelliton::kNoPairs);
  set_optional(json, "control_flag_rate", pairs.control_flag_rate, intelliton::kNoControls);
  set_optional(json, "confidence_gap", pairs.confidence_gap, intelliton::kNoConfidence);
  return json;
}

Json observation_json(const SpeciesObservation& species) {
  const std::string reason = intelliton::kNoPropagator;
  Json json{{"occupation", number_or_null(species.occupation)}, {"spin", number_or_null(species.spin)}};
  set_optional(json, "pole_mass", species.pole_mass, reason);
  set_optional(json, "lattice_mass", species.lattice_mass, reason);
  set_optional(json, "momentum", species.momentum, reason);
  json["helicity"] = number_or_null(species.helicity);
  set_optional(json, "group_velocity", species.group_velocity, reason);
  json["fixed_point_layer"] = species.fixed_point_layer;
  json["anomalous_dimension"] = number_or_null(species.anomalous_dimension);
  json["wavefunction_Z"] = number_or_null(species.wavefunction_z);
  set_optional(json, "resonance_width", species.resonance_width, reason);
  json["fusion_strength"] = number_or_null(species.fusion_strength);
  json["fusion_rate"] = number_or_null(species.fusion_rate);
  return json;
}

Json step_json(const DiagnosticsReport& report, const StepObservation& step) {
  Json list = Json::array();
  for (const std::size_t s : step.leading) {
    Json json{{"species", report.species_names[s]}};
    json.update(observation_json(step.species[s]));
    const auto& shift = step.shift[s];
    set_optional(json, "activation_shift", shift ? std::optional<double>(shift->total()) : std::nullopt,
                 intelliton::kNoPropagator);
    list.push_back(std::move(json));
  }
  return list;
}

Json trajectory_json(const DiagnosticsReport& report, const ObservedTrajectory& trajectory) {
  Json json{{"name", trajectory.sequence.name},
            {"id", trajectory.sequence.id},
            {"pair", trajectory.sequence.pair},
            {"role", trajectory.sequence.role}};
  json["steps"] = Json::array();
  for (const auto& step : trajectory.steps) json["steps"].push_back(step_json(report, step));
  return json;
}

Json profile_json(const std::optional<intelliton::GroundedProfile>& profile) {
  if (!profile) return nullptr;
  return {{"prompts", profile->prompts},
          {"base_occupation", rows_json(profile->base_occupation)},
          {"shift_mean", rows_json(profile->shift_mean)},
          {"shift_deviation", rows_json(profile->shift_deviation)}};
}

Json grounded_json(const intelliton::GroundedActivation& grounded) {
  Json json{{"prompts", grounded.prompts}, {"observations", grounded.observations}};
  set_optional(json, "mean", grounded.mean.value, grounded.mean.reason);
  set_optional(json, "deviation", grounded.deviation, grounded.mean.reason);
  return json;
}

Json dynamics_json(const DiagnosticsReport& report) {
  const auto& dynamics = *report.dynamics;
  Json json{{"grounded_profile", profile_json(dynamics.profile)}};
  if (!dynamics.profile)
    json["grounded_profile_reason"] = "no grounded prompt was followed, or there are no species";
  json["grounded_activation"] = grounded_json(*report.grounded);
  json["trajectories"] = Json::array();
  for (const auto& trajectory : dynamics.trajectories) {
    json["trajectories"].push_back(trajectory_json(report, trajectory));
  }
  json["transitions"] = Json::array();
  for (const auto& edge : dynamics.transitions) {
    Json entry{{"group", edge.group},
               {"source", report.species_names[edge.source]},
               {"target", report.species_names[edge.target]},
               {"count", edge.count}};
    set_optional(entry, "mean_target_shift", edge.mean_target_shift, intelliton::kNoPropagator);
    json["transitions"].push_back(std::move(entry));
  }
  return json;
}

Json flag_json(const intelliton::CalibratedFlag& flag) {
  Json json{{"name", flag.name}, {"pairs", flag.pairs}, {"controls", flag.controls}};
  set_optional(json, "threshold", flag.threshold, flag.reason);
  set_optional(json, "false_alarm_rate", flag.false_alarm_rate,
               flag.reason.empty() ? "a single control cannot be held out" : flag.reason);
  json["flag_rate"] = estimate_to_json(flag.flag_rate);
  json["auc"] = estimate_to_json(flag.auc);
  set_optional(json, "p_value", flag.p_value, flag.reason);
  set_mark(json, "inside_null", intelliton::inside_permutation_null(flag.p_value), flag.reason);
  return json;
}

Json measure_json(const intelliton::MeasureRow& row) {
  Json json{{"name", row.name}, {"baseline", row.baseline}, {"pairs", row.pairs}};
  json["auc"] = estimate_to_json(row.auc);
  json["auc_length_matched"] = estimate_to_json(row.auc_length_matched);
  json["mean_difference"] = estimate_to_json(row.mean_difference);
  set_optional(json, "p_value", row.p_value, row.auc.reason);
  set_mark(json, "inside_null", intelliton::inside_permutation_null(row.p_value), row.auc.reason);
  set_optional(json, "length_does_as_well", row.length_does_as_well,
               row.baseline ? "a baseline is not judged" : row.auc.reason);
  return json;
}

Json held_out_json(const HeldOutScore& score) {
  Json json{{"name", score.sequence.name},
            {"role", score.sequence.role},
            {"profile_prompts", score.profile_prompts}};
  set_optional(json, "shift", score.shift, score.reason);
  set_optional(json, "z", score.z, score.reason);
  json["terms"] = Json::object();
  for (std::size_t term = 0; term < score.terms.size(); ++term) {
    json["terms"][std::string(intelliton::kActivationTerms[term])] = number_or_null(score.terms[term]);
  }
  if (!score.shift) json["terms_reason"] = score.reason;
  return json;
}

/// Names of the measures that prompt length alone replaces.
Json length_warnings(const DiagnosticsReport& report) {
  Json names = Json::array();
  for (const auto& row : report.measures) {
    if (row.length_does_as_well.value_or(false)) names.push_back(row.name);
  }
  return names;
}

template <typename Value, typename Write>
Json list_of(const std::vector<Value>& values, Write write) {
  Json list = Json::array();
  for (const Value& value : values) list.push_back(write(value));
  return list;
}

Json model_null_json(const intelliton::DiagnosticsNull& null) {
  Json json{{"name", null.name}, {"networks", null.networks}};
  json["flags"] = list_of(null.flags, [](const auto& row) { return null_quantity_json(row, false); });
  json["measures"] = list_of(null.measures, [](const auto& row) { return null_quantity_json(row, false); });
  return json;
}

}  // namespace

Json diagnostics_to_json(const DiagnosticsReport& report, const Json& model) {
  Json json{{"schema_version", 1}, {"kind", "phasescope.diagnostics"}, {"model", model}};
  json["options"] = options_json(report.options);
  json["published"] = Json::object();
  json["published"]["pairs"] = report.pairs ? pairs_json(report) : Json(nullptr);
  if (!report.pairs) json["published"]["pairs_reason"] = "pairs were not asked for";
  json["published"]["dynamics"] = report.dynamics ? dynamics_json(report) : Json(nullptr);
  if (!report.dynamics) json["published"]["dynamics_reason"] = "dynamics were not asked for";
  json["robust"] = {{"flags", list_of(report.flags, flag_json)},
                    {"measures", list_of(report.measures, measure_json)},
                    {"length_does_as_well", length_warnings(report)},
                    {"held_out_profile", list_of(report.held_out, held_out_json)},
                    {"model_nulls", list_of(report.model_nulls, model_null_json)}};
  if (report.model_nulls.empty()) json["robust"]["model_nulls_reason"] = "no null network was asked for";
  json["robust"]["grounded_activation"] = estimate_to_json(
      report.grounded ? report.grounded->mean : stats::Estimate::undefined("dynamics were not asked for"));
  return json;
}

}  // namespace phasescope::report
