#include "phasescope/report/detail_json.h"

#include "eigen_json.h"
#include "species_quantities.h"

#include <cmath>

#include "phasescope/intelliton/rounding.h"

namespace phasescope::report {
namespace {

using intelliton::FieldAnalysis;
using intelliton::Species;

void add_spectrum(Json& json, const FieldAnalysis& field) {
  json["singular_values"] = rows_json(field.singular_values);
  json["mode_link"] = rows_json(field.mode_link);
  json["momentum_power"] = rows_json(field.momentum_power);
  json["spin"] = rows_json(field.spin);
  json["mode_momentum"] = rows_json(field.mode_momentum);
  json["helicity"] = rows_json(field.helicity);
  json["momenta"] = list_json(field.momenta);
}

void add_propagator(Json& json, const intelliton::Propagator& propagator) {
  json["decay_curve"] = rows_json(propagator.decay_curve);
  json["spectral_density"] = rows_json(propagator.spectral_density);
  json["pole_mass"] = list_json(propagator.pole_mass);
  json["pole_position"] = list_json(propagator.pole_position);
  json["exponential_r2"] = list_json(propagator.exponential_r2);
  Json categories = Json::array();
  for (const double mass : propagator.pole_mass) categories.push_back(intelliton::mass_category(mass));
  json["mass_category"] = std::move(categories);
}

void add_dispersion(Json& json, const intelliton::Dispersion& dispersion) {
  json["lattice_mass"] = list_json(dispersion.lattice_mass);
  json["dispersion_energy"] = rows_json(dispersion.energy);
  json["dispersion_mass"] = list_json(dispersion.mass);
  json["dispersion_r2"] = list_json(dispersion.r2);
  json["group_velocity"] = rows_json(dispersion.group_velocity);
}

void add_resonances(Json& json, const intelliton::Resonances& resonances) {
  json["resonance_center"] = list_json(resonances.center);
  json["resonance_width"] = list_json(resonances.width);
  json["resonance_amplitude"] = list_json(resonances.amplitude);
  json["resonance_lifetime"] = list_json(resonances.lifetime);
  json["resonance_r2"] = list_json(resonances.r2);
  json["resonance_sharp"] = resonances.sharp;
  json["resonance_weight"] = list_json(resonances.weight);
}

/// Every quantity that needs a propagator, when there is none.
void add_absent_propagator(Json& json) {
  for (const char* name :
       {"decay_curve", "spectral_density", "pole_mass", "pole_position", "exponential_r2", "mass_category",
        "lattice_mass", "dispersion_energy", "dispersion_mass", "dispersion_r2", "group_velocity",
        "resonance_center", "resonance_width", "resonance_amplitude", "resonance_lifetime", "resonance_r2",
        "resonance_sharp", "resonance_weight"}) {
    set_optional<double>(json, name, std::nullopt, intelliton::kNoPropagator);
  }
}

void add_flow(Json& json, const FieldAnalysis& field) {
  const auto& flow = field.flow;
  json["running_mass"] = rows_json(flow.running_mass);
  json["beta_function"] = rows_json(flow.beta_function);
  json["fixed_point_layer"] = list_json(flow.fixed_point_layer);
  json["fixed_point_stability"] = list_json(flow.fixed_point_stability);
  json["fixed_point_type"] = flow.fixed_point_type;
  json["anomalous_dimension"] = list_json(flow.anomalous_dimension);
  const auto& theory = field.effective_theory;
  json["eft_alpha"] = number_or_null(theory.alpha);
  json["eft_beta"] = number_or_null(theory.beta);
  json["bare_mass"] = list_json(theory.bare_mass);
  json["renormalized_mass"] = list_json(theory.renormalized_mass);
  json["mass_shift"] = list_json(theory.mass_shift);
  json["wavefunction_Z"] = list_json(theory.wavefunction_z);
}

Json phase_transition_json(const intelliton::PhaseTransition& transition) {
  return {{"layer", transition.layer},
          {"size", number_or_null(transition.size)},
          {"before", number_or_null(transition.before)},
          {"after", number_or_null(transition.after)},
          {"kind", transition.kind}};
}

Json fusion_event_json(const intelliton::FusionEvent& event) {
  return {{"layer", event.layer},
          {"sources", event.sources},
          {"target", event.target},
          {"coupling", number_or_null(event.coupling)},
          {"source_values", event.source_values},
          {"target_value", number_or_null(event.target_value)}};
}

void add_fusion(Json& json, const FieldAnalysis& field) {
  json["phase_transitions"] = Json::array();
  for (const auto& transition : field.phase_transitions) {
    json["phase_transitions"].push_back(phase_transition_json(transition));
  }
  json["fusion_events"] = Json::array();
  for (const auto& event : field.fusion.events) json["fusion_events"].push_back(fusion_event_json(event));
  json["fusion_rate"] = list_json(field.fusion.rate);
  json["active_modes_per_layer"] = list_json(field.fusion.active_modes);
  json["genealogy"] = field.fusion.genealogy;
  if (field.couplings.empty()) return;
  json["coupling_matrix"] = Json::array();
  for (const auto& [block, strength] : field.couplings)
    json["coupling_matrix"].push_back(rows_json(strength));
}

}  // namespace

Json field_detail_json(const FieldAnalysis& field) {
  Json json;
  add_spectrum(json, field);
  if (field.propagator) {
    add_propagator(json, *field.propagator);
    add_dispersion(json, *field.dispersion);
    add_resonances(json, *field.resonances);
  } else {
    add_absent_propagator(json);
  }
  add_flow(json, field);
  add_fusion(json, field);
  json["right_vectors_mid_layer"] = rows_json(field.middle_right);
  return json;
}

Json catalog_detail_json(const intelliton::Catalog& catalog) {
  Json json{{"eft_alpha", number_or_null(catalog.eft_alpha)}, {"eft_beta", number_or_null(catalog.eft_beta)}};
  json["species"] = Json::array();
  json["species_rounded"] = Json::array();
  for (const Species& species : catalog.species) {
    json["species"].push_back(species_quantities(species));
    json["species"].back()["vector"] = list_json(species.vector);
    json["species_rounded"].push_back(species_quantities(intelliton::rounded(species)));
  }
  return json;
}

}  // namespace phasescope::report
