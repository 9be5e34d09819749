// The parts of detail.json that hold dynamics and pairs.

#include "eigen_json.h"

#include "phasescope/report/detail_json.h"

namespace phasescope::report {
namespace {

using intelliton::ComparedPair;
using intelliton::PairSignature;
using intelliton::SpeciesObservation;
using intelliton::StepObservation;

/// One list a quantity, one entry a species.
template <typename Value>
Json by_species(const StepObservation& field, Value SpeciesObservation::*quantity) {
  Json list = Json::array();
  for (const SpeciesObservation& species : field.species) {
    if constexpr (std::is_same_v<Value, int>) {
      list.push_back(static_cast<double>(species.*quantity));
    } else {
      list.push_back(number_or_null(species.*quantity));
    }
  }
  return list;
}

Json observables_json(const StepObservation& field) {
  Json json;
  json["spin"] = by_species(field, &SpeciesObservation::spin);
  json["pole_mass"] = by_species(field, &SpeciesObservation::pole_mass);
  json["lattice_mass"] = by_species(field, &SpeciesObservation::lattice_mass);
  json["momentum"] = by_species(field, &SpeciesObservation::momentum);
  json["helicity"] = by_species(field, &SpeciesObservation::helicity);
  json["group_velocity"] = by_species(field, &SpeciesObservation::group_velocity);
  json["fixed_point_layer"] = by_species(field, &SpeciesObservation::fixed_point_layer);
  json["anomalous_dimension"] = by_species(field, &SpeciesObservation::anomalous_dimension);
  json["wavefunction_Z"] = by_species(field, &SpeciesObservation::wavefunction_z);
  json["resonance_width"] = by_species(field, &SpeciesObservation::resonance_width);
  json["fusion_strength"] = by_species(field, &SpeciesObservation::fusion_strength);
  json["fusion_rate"] = by_species(field, &SpeciesObservation::fusion_rate);
  return json;
}

Json field_dynamics_json(const StepObservation& field) {
  Json shifts = Json::array();
  for (const auto& shift : field.shift) shifts.push_back(shift ? Json(shift->total()) : Json(nullptr));
  return {{"occupation", by_species(field, &SpeciesObservation::occupation)},
          {"observables", observables_json(field)},
          {"activation_shift", std::move(shifts)}};
}

Json signature_json(const PairSignature& signature) {
  Json json;
  json["spectral_divergence"] = list_json(signature.spectral_divergence);
  json["coherence_loss"] = list_json(signature.coherence_loss);
  json["mode_stability"] = rows_json(signature.mode_stability);
  json["entropy_grounded"] = list_json(signature.entropy_grounded);
  json["entropy_other"] = list_json(signature.entropy_other);
  json["entropy_gap"] = list_json(signature.entropy_gap);
  json["peak_layer"] = signature.peak_layer;
  json["decay_strength"] = number_or_null(signature.decay_strength);
  json["tunneling_score"] = number_or_null(signature.tunneling_score);
  json["flagged"] = signature.flagged;
  return json;
}

Json compared_json(const std::vector<ComparedPair>& pairs, bool with_category) {
  Json list = Json::array();
  for (const ComparedPair& pair : pairs) {
    Json json = pair.signature ? signature_json(*pair.signature) : Json{{"reason", pair.reason}};
    if (with_category) json["category"] = pair.pair.category;
    list.push_back(std::move(json));
  }
  return list;
}

Json confidence_json(const std::vector<ComparedPair>& pairs,
                     std::optional<double> ComparedPair::*confidence) {
  Json list = Json::array();
  for (const ComparedPair& pair : pairs) list.push_back(number_or_null(pair.*confidence));
  return list;
}

}  // namespace

Json dynamics_detail_json(const intelliton::FieldDynamics& dynamics) {
  Json json{{"baseline_occupation", list_json(dynamics.baseline_occupation)}};
  json["fields"] = Json::object();
  for (const auto& [name, field] : dynamics.fields) json["fields"][name] = field_dynamics_json(field);
  return json;
}

Json pairs_detail_json(const intelliton::PairDiagnostics& diagnostics) {
  Json json;
  json["signatures"] = compared_json(diagnostics.pairs, false);
  json["controls"] = compared_json(diagnostics.controls, true);
  json["mean_spectral_divergence"] = list_json(diagnostics.mean_spectral_divergence);
  json["mean_entropy_gap"] = list_json(diagnostics.mean_entropy_gap);
  json["mean_coherence_loss"] = list_json(diagnostics.mean_coherence_loss);
  set_optional(json, "critical_layer", diagnostics.critical_layer, intelliton::kNoPairs);
  set_optional(json, "flag_rate", diagnostics.flag_rate, intelliton::kNoPairs);
  set_optional(json, "control_flag_rate", diagnostics.control_flag_rate, intelliton::kNoControls);
  set_optional(json, "early_peak_layer", diagnostics.early_peak_layer, intelliton::kNoPairs);
  set_optional(json, "late_peak_layer", diagnostics.late_peak_layer, intelliton::kNoPairs);
  set_optional(json, "early_peak_strength", diagnostics.early_peak_strength, intelliton::kNoPairs);
  set_optional(json, "late_peak_strength", diagnostics.late_peak_strength, intelliton::kNoPairs);
  json["grounded_confidence"] = confidence_json(diagnostics.pairs, &ComparedPair::grounded_confidence);
  json["other_confidence"] = confidence_json(diagnostics.pairs, &ComparedPair::other_confidence);
  set_optional(json, "confidence_gap", diagnostics.confidence_gap, intelliton::kNoConfidence);
  return json;
}

}  // namespace phasescope::report
