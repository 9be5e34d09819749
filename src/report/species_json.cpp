#include "phasescope/report/species_json.h"

#include "eigen_json.h"
#include "estimate_json.h"
#include "species_quantities.h"

#include <cmath>

namespace phasescope::report {
namespace {

using intelliton::RobustReport;
using intelliton::RobustSpecies;
using intelliton::SpeciesMember;
using intelliton::SpeciesReport;
using intelliton::WithNull;

Json options_json(const intelliton::SpeciesOptions& options) {
  return {{"modes", options.field.modes},
          {"skip_layers", options.field.skip_layers},
          {"eft_window", options.field.eft_window},
          {"sv_threshold", options.field.sv_threshold},
          {"merge_cosine", options.field.merge_cosine},
          {"sharpness", options.field.sharpness},
          {"max_tokens", options.field.max_tokens},
          {"state_points", options.field.last_point_after_norm ? "hf" : "raw"},
          {"min_cosine", options.match.min_cosine},
          {"bootstrap_draws", options.robust.draws},
          {"seed", options.robust.seed},
          {"shuffle_tokens_draws", options.match.shuffle_draws},
          {"shuffle_layers_draws", options.robust.shuffle_layer_draws},
          {"sign_audit_draws", options.sign_audit_draws}};
}

Json published_json(const SpeciesReport& report, bool with_vectors) {
  Json json{{"representative", report.representative},
            {"eft_alpha", number_or_null(report.published.eft_alpha)},
            {"eft_beta", number_or_null(report.published.eft_beta)}};
  json["species"] = Json::array();
  for (const auto& species : report.published.species) {
    Json entry{{"name", "I_" + std::to_string(json["species"].size())}};
    entry.update(species_quantities(species));
    if (with_vectors) entry["vector"] = list_json(species.vector);
    json["species"].push_back(std::move(entry));
  }
  return json;
}

Json null_json(const WithNull& result) {
  if (!result.null) return nullptr;
  return {{"low", result.null->low}, {"high", result.null->high}, {"draws", result.null->draws}};
}

/// An estimate with its null: `inside_null` is null where either is missing.
Json with_null_json(const WithNull& result) {
  Json json = estimate_to_json(result.estimate);
  json["null"] = null_json(result);
  if (!result.null) json["null_reason"] = "this null was not asked for";
  if (result.null && result.estimate.value) {
    json["inside_null"] = result.null->contains(*result.estimate.value);
  } else {
    json["inside_null"] = nullptr;
    json["inside_null_reason"] = result.null ? result.estimate.reason : "this null was not asked for";
  }
  return json;
}

Json member_json(const SpeciesMember& member, bool with_vectors) {
  Json json{{"category", member.category},
            {"mode", member.mode},
            {"amplitude", number_or_null(member.amplitude)},
            {"coherence", estimate_to_json(member.coherence)},
            {"coherence_null", number_or_null(member.coherence_null)}};
  if (member.coherence.value) {
    json["inside_null"] = member.inside_null();
  } else {
    json["inside_null"] = nullptr;
    json["inside_null_reason"] = member.coherence.reason;
  }
  if (with_vectors) json["axis"] = list_json(member.axis);
  return json;
}

Json members_json(const std::vector<SpeciesMember>& members, bool with_vectors) {
  Json list = Json::array();
  for (const SpeciesMember& member : members) list.push_back(member_json(member, with_vectors));
  return list;
}

Json spectrum_json(const Eigen::VectorXd& mean, const Eigen::VectorXd& spread) {
  Json momenta = Json::array();
  for (Eigen::Index g = 0; g < mean.size(); ++g) momenta.push_back(intelliton::spectrum_momentum(g));
  return {{"momentum", std::move(momenta)}, {"mean", list_json(mean)}, {"spread", list_json(spread)}};
}

Json robust_species_json(const RobustSpecies& species, bool with_vectors) {
  Json json;
  json["members"] = members_json(species.members, with_vectors);
  json["amplitude"] = estimate_to_json(species.amplitude);
  json["growth_rate"] = with_null_json(species.growth_rate);
  json["pole"] = species.pole_share > 0.5 ? "present" : "none";
  json["pole_share"] = number_or_null(species.pole_share);
  json["pole_mass"] = estimate_to_json(species.pole_mass);
  json["lattice_mass"] = estimate_to_json(species.lattice_mass);
  json["lattice_fits"] = {{"better_than_constant", species.lattice_better},
                          {"tested", species.lattice_tested}};
  json["power_momentum"] = estimate_to_json(species.power_momentum);
  json["power_spectrum"] = spectrum_json(species.spectrum, species.spectrum_spread);
  json["spin"] = with_null_json(species.spin);
  json["bare_mass"] = estimate_to_json(species.bare_mass);
  json["renormalized_mass"] = estimate_to_json(species.renormalized_mass);
  json["wavefunction_Z"] = estimate_to_json(species.wavefunction_z);
  json["anomalous_dimension"] = estimate_to_json(species.anomalous_dimension);
  return json;
}

Json mode_matching_json(const RobustReport& robust) {
  return {{"cosine", estimate_to_json(robust.match_cosine)},
          {"broken_share", estimate_to_json(robust.broken_matches)},
          {"published_fusion_events", estimate_to_json(robust.fusion_events)},
          {"random_walk_fusion_events", estimate_to_json(robust.random_fusion_events)}};
}

Json audit_range_json(const intelliton::AuditRange& range) {
  return {{"published", range.published}, {"low", range.low}, {"median", range.median}, {"high", range.high}};
}

Json sign_audit_json(const std::optional<intelliton::SignAudit>& audit) {
  if (!audit) return nullptr;
  return {{"draws", audit->draws},
          {"n_species", audit_range_json(audit->n_species)},
          {"first_species_categories", audit_range_json(audit->first_species_categories)},
          {"first_species_occupation", audit_range_json(audit->first_species_occupation)}};
}

Json range_json(const std::optional<intelliton::ValueRange>& range) {
  if (!range) return nullptr;
  return {{"low", range->low}, {"high", range->high}};
}

Json mark_json(const std::optional<bool>& mark) {
  return mark ? Json(*mark) : Json(nullptr);
}

Json marks_json(const std::vector<std::optional<bool>>& marks) {
  Json list = Json::array();
  for (const auto& mark : marks) list.push_back(mark_json(mark));
  return list;
}

Json model_null_json(const intelliton::ModelNull& null) {
  Json json{{"name", null.name}, {"n_species", estimate_to_json(null.n_species)}};
  json["growth_rate"] = range_json(null.growth_rate);
  if (!null.growth_rate) json["growth_rate_reason"] = "the null run has no species";
  json["spin"] = range_json(null.spin);
  if (!null.spin) json["spin_reason"] = "the null run has no species";
  json["n_species_inside"] = mark_json(null.species_count_inside);
  json["growth_rate_inside"] = marks_json(null.growth_rate_inside);
  json["spin_inside"] = marks_json(null.spin_inside);
  return json;
}

Json robust_json(const SpeciesReport& report, bool with_vectors) {
  const RobustReport& robust = report.robust;
  Json json;
  json["n_species"] = estimate_to_json(robust.n_species);
  json["species"] = Json::array();
  for (const RobustSpecies& species : robust.species) {
    Json entry{{"name", "S_" + std::to_string(json["species"].size())}};
    entry.update(robust_species_json(species, with_vectors));
    json["species"].push_back(std::move(entry));
  }
  json["incoherent_modes"] = members_json(robust.incoherent, with_vectors);
  json["eft_alpha"] = estimate_to_json(robust.alpha);
  json["eft_beta"] = estimate_to_json(robust.beta);
  json["mode_matching"] = mode_matching_json(robust);
  json["power_momentum"] = estimate_to_json(robust.power_momentum);
  json["power_spectrum"] = spectrum_json(robust.spectrum, robust.spectrum_spread);
  json["interval_narrowness"] = number_or_null(robust.interval_narrowness);
  json["model_nulls"] = Json::array();
  for (const auto& null : report.model_nulls) json["model_nulls"].push_back(model_null_json(null));
  json["sign_audit"] = sign_audit_json(report.sign_audit);
  if (!report.sign_audit) json["sign_audit_reason"] = "the audit was not asked for";
  return json;
}

}  // namespace

Json species_to_json(const SpeciesReport& report, const Json& model, bool with_vectors) {
  Json json{{"schema_version", 1}, {"kind", "phasescope.species"}, {"model", model}};
  json["options"] = options_json(report.options);
  json["n_prompts"] = report.n_prompts;
  json["categories"] = Json::array();
  for (const auto& category : report.categories) {
    json["categories"].push_back(
        {{"name", category.name}, {"prompts", category.prompts}, {"active_modes", category.active_modes}});
  }
  json["nonfinite_states"] = report.nonfinite_states;
  json["published"] = published_json(report, with_vectors);
  json["robust"] = robust_json(report, with_vectors);
  return json;
}

}  // namespace phasescope::report
