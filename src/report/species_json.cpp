#include "phasescope/report/species_json.h"

#include "eigen_json.h"
#include "estimate_json.h"
#include "null_json.h"
#include "species_quantities.h"

#include "phasescope/intelliton/null_marks.h"
#include "phasescope/intelliton/robust_quantities.h"

namespace phasescope::report {
namespace {

using intelliton::RobustReport;
using intelliton::RobustSpecies;
using intelliton::SpeciesMember;
using intelliton::SpeciesReport;

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
          {"shuffle_tokens_draws", options.match.shuffle_tokens_draws},
          {"shuffle_layers_draws", options.match.shuffle_layers_draws},
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

/// Names of the nulls that this report's estimates were drawn against.
std::vector<std::string> nulls_drawn(const intelliton::SpeciesOptions& options) {
  std::vector<std::string> names{intelliton::kRandomWalk};
  if (options.match.shuffle_tokens_draws > 0) names.emplace_back(intelliton::kShuffleTokens);
  if (options.match.shuffle_layers_draws > 0) names.emplace_back(intelliton::kShuffleLayers);
  return names;
}

Json member_json(const SpeciesMember& member, bool with_vectors) {
  Json json{{"category", member.category},
            {"mode", member.mode},
            {"amplitude", number_or_null(member.amplitude)},
            {"coherence", estimate_to_json(member.coherence)},
            {"coherence_null", number_or_null(member.coherence_null)}};
  set_mark(json, "inside_null",
           member.coherence.value ? std::optional<bool>(member.inside_null()) : std::nullopt,
           member.coherence.reason);
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

/// A curve over state points: {median, low, high}, and why entries are null.
void add_running_mass(Json& json, const std::vector<stats::Estimate>& points) {
  Json median = Json::array(), low = Json::array(), high = Json::array();
  std::string reason;
  for (const stats::Estimate& point : points) {
    median.push_back(number_or_null(point.value));
    low.push_back(number_or_null(point.low));
    high.push_back(number_or_null(point.high));
    if (!point.low) reason = point.value ? point.interval_reason : point.reason;
  }
  json["running_mass"] = {{"median", median}, {"low", low}, {"high", high}};
  if (!reason.empty()) json["running_mass_reason"] = reason;
}

void add_momentum_rate(Json& json, const RobustSpecies& species) {
  json["growth_rate_by_momentum"] = spectrum_json(species.momentum_rate, species.momentum_rate_spread);
  if (!species.momentum_rate.allFinite())
    json["growth_rate_by_momentum_reason"] = "no prompt keeps the mode over 3 state points";
}

Json robust_species_json(const SpeciesReport& report, std::size_t place, bool with_vectors) {
  const RobustSpecies& species = report.robust.species[place];
  const std::vector<std::string> drawn = nulls_drawn(report.options);
  Json json{{"members", members_json(species.members, with_vectors)}};
  for (const auto& quantity : intelliton::robust_species_quantities())
    json[quantity.name] = with_null_json(species.*quantity.estimate, drawn);
  json["pole"] = species.pole_share > 0.5 ? "present" : "none";
  json["pole_share"] = number_or_null(species.pole_share);
  json["lattice_fits"] = {{"better_than_constant", species.lattice_better},
                          {"tested", species.lattice_tested}};
  json["power_spectrum"] = spectrum_json(species.spectrum, species.spectrum_spread);
  add_momentum_rate(json, species);
  add_running_mass(json, species.running_mass);
  json["inside_nulls"] = null_marks_json(intelliton::species_marks(report, place));
  return json;
}

Json mode_matching_json(const RobustReport& robust, const std::vector<std::string>& drawn) {
  return {{"cosine", with_null_json(robust.match_cosine, drawn)},
          {"broken_share", with_null_json(robust.broken_matches, drawn)},
          {"published_fusion_events", with_null_json(robust.fusion_events, drawn)},
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

Json model_null_json(const intelliton::ModelNull& null) {
  Json json{{"name", null.name}, {"networks", null.networks}};
  json["run"] = Json::array();
  for (const auto& quantity : null.of_run) json["run"].push_back(null_quantity_json(quantity, false));
  json["species"] = Json::array();
  for (const auto& quantity : null.of_species) json["species"].push_back(null_quantity_json(quantity, true));
  return json;
}

Json layer_spectrum_json(const RobustReport& robust) {
  Json json = spectrum_json(robust.spectrum, robust.spectrum_spread);
  json["by_layer"] = rows_json(robust.layer_spectrum);
  if (!robust.layer_spectrum.allFinite()) json["by_layer_reason"] = "null where no prompt's field has power";
  return json;
}

Json robust_json(const SpeciesReport& report, bool with_vectors) {
  const RobustReport& robust = report.robust;
  const std::vector<std::string> drawn = nulls_drawn(report.options);
  Json json{{"n_species", with_null_json(robust.n_species, drawn)}, {"species", Json::array()}};
  for (std::size_t s = 0; s < robust.species.size(); ++s) {
    Json entry{{"name", "S_" + std::to_string(s)}};
    entry.update(robust_species_json(report, s, with_vectors));
    json["species"].push_back(std::move(entry));
  }
  json["incoherent_modes"] = members_json(robust.incoherent, with_vectors);
  json["eft_alpha"] = with_null_json(robust.alpha, drawn);
  json["eft_beta"] = with_null_json(robust.beta, drawn);
  json["mode_matching"] = mode_matching_json(robust, drawn);
  json["power_momentum"] = with_null_json(robust.power_momentum, drawn);
  json["power_spectrum"] = layer_spectrum_json(robust);
  json["inside_nulls"] = null_marks_json(intelliton::field_marks(report));
  json["interval_narrowness"] = number_or_null(robust.interval_narrowness);
  json["model_nulls"] = Json::array();
  for (const auto& null : report.model_nulls) json["model_nulls"].push_back(model_null_json(null));
  if (report.model_nulls.empty()) json["model_nulls_reason"] = "no null network was asked for";
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
