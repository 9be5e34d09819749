#include "phasescope/report/phase_map_json.h"

#include "estimate_json.h"

#include "phasescope/curvature/training_order.h"
#include "phasescope/report/regime_json.h"

namespace phasescope::report {
namespace {

using curvature::MapReport;
using curvature::PhaseMap;
using curvature::PhaseMapRow;

constexpr const char* kind = "phasescope.phase_map";
constexpr const char* no_ratio = "no run has a ratio_norm";

std::vector<std::string> model_names(const PhaseMap& map) {
  std::vector<std::string> names;
  for (const PhaseMapRow& row : map.rows) names.push_back(row.model);
  return names;
}

Json row_json(const PhaseMapRow& row) {
  const auto place = curvature::training_place_of(row.model);
  Json json;
  json["model"] = row.model;
  json["family"] = row.family.empty() ? Json(nullptr) : Json(row.family);
  if (row.family.empty()) json["family_reason"] = "the report does not say";
  set_optional(json, "parameters", row.parameters, "the report does not say");
  json["n_reports"] = row.n_reports;
  json["n_runs"] = row.n_runs;
  json["n_prompts"] = row.n_prompts;
  json["seeds"] = row.seeds;
  json["temperatures"] = row.temperatures;
  json["ratio_norm"] = estimate_to_json(row.ratio_norm);
  set_optional(json, "spread", row.spread, no_ratio);
  set_optional(json, "regime", row.regime, no_ratio);
  set_optional(json, "published_interval", row.published_interval,
               row.regime ? "the median lies inside no published interval" : no_ratio);
  set_optional(json, "confidence", row.confidence,
               row.regime ? row.ratio_norm.interval_reason : std::string(no_ratio));
  json["same_regime_reports"] = row.same_regime_reports;
  set_optional(json, "null_regime", row.null_regime, "no run has a shuffled null");
  json["ratio_excess"] = estimate_to_json(row.ratio_excess);
  json["mean_ct"] = estimate_to_json(row.mean_ct);
  set_optional(json, "late_ct", row.late_ct, "no run is ok");
  set_optional(json, "collapse_rate", row.collapse_rate, "no sample generated tokens");
  set_optional(json, "training_step", place ? std::optional(place->step) : std::nullopt,
               "the name tells no training step");
  return json;
}

Json report_json(const MapReport& report) {
  Json json;
  json["source"] = report.source;
  json["model"] = report.model;
  set_optional(json, "seed", report.seed, "the report does not say");
  set_optional(json, "temperature", report.temperature, "nothing was generated");
  set_optional(json, "max_new_tokens", report.max_new_tokens, "nothing was generated");
  json["n_runs"] = report.runs.size();
  set_optional(json, "ratio_norm", report.ratio_norm, no_ratio);
  set_optional(json, "regime", report.regime, no_ratio);
  set_optional(json, "survives", report.survives, "there is no regime");
  return json;
}

Json variance_row_json(const stats::VarianceRow& row, const std::string& reason) {
  const std::string no_freedom = row.degrees_of_freedom == 0 ? "no degrees of freedom" : reason;
  Json json;
  json["term"] = row.term;
  json["degrees_of_freedom"] = row.degrees_of_freedom;
  json["sum_of_squares"] = row.sum_of_squares;
  set_optional(json, "mean_square", row.mean_square, no_freedom);
  set_optional(json, "eta_squared", row.eta_squared, "all values are equal");
  json["eta_squared_chance"] = row.eta_squared_chance;
  set_optional(json, "omega_squared", row.omega_squared,
               row.term == "residual" ? "not defined for the residual" : no_freedom);
  set_optional(json, "component", row.component, no_freedom);
  return json;
}

Json variance_json(const stats::VarianceDecomposition& variance, const PublishedShares& published) {
  const std::string reason =
      variance.reason.empty() ? "a term that it rests on has no degrees of freedom" : variance.reason;
  Json json;
  json["of"] = "log ratio_norm";
  json["observations"] = variance.observations;
  json["rows"] = Json::array();
  for (const stats::VarianceRow& row : variance.rows) json["rows"].push_back(variance_row_json(row, reason));
  if (!variance.reason.empty()) json["reason"] = variance.reason;
  json["published"] = {{"model", published.model},
                       {"category", published.category},
                       {"residual", published.residual},
                       {"source", published.source}};
  return json;
}

Json agreement_json(const curvature::RankAgreement& agreement) {
  Json json = {{"condition", agreement.condition},
               {"first", agreement.first},
               {"second", agreement.second},
               {"n_models", agreement.n_models}};
  set_optional(json, "tau", agreement.tau, agreement.reason);
  return json;
}

Json map_json(const PhaseMap& map, const PublishedShares& published) {
  Json json;
  json["definition"] = map.definition;
  json["notes"] = map.notes;
  json["rows"] = Json::array();
  for (const PhaseMapRow& row : map.rows) json["rows"].push_back(row_json(row));
  json["training_runs"] = Json::array();
  for (const curvature::TrainingPath& path : curvature::training_paths(model_names(map)))
    json["training_runs"].push_back({{"training", path.training}, {"models", path.models}});
  json["variance"] = variance_json(map.log_ratio, published);
  json["agreements"] = Json::array();
  for (const auto& agreement : map.agreements) json["agreements"].push_back(agreement_json(agreement));
  json["reports"] = Json::array();
  for (const MapReport& report : map.reports) json["reports"].push_back(report_json(report));
  return json;
}

std::optional<double> number_of(const JsonObject& object, const std::string& key) {
  return object.has(key) ? std::optional(object.number(key)) : std::nullopt;
}

stats::Estimate estimate_of(const JsonObject& row, const std::string& key) {
  stats::Estimate estimate;
  if (row.has(key)) estimate.value = number_of(row.object(key), "value");
  return estimate;
}

PhaseMapRow read_row(const JsonObject& object, const std::string& definition) {
  PhaseMapRow row;
  row.definition = definition;
  row.model = object.text("model");
  row.ratio_norm = estimate_of(object, "ratio_norm");
  row.ratio_excess = estimate_of(object, "ratio_excess");
  row.mean_ct = estimate_of(object, "mean_ct");
  row.spread = number_of(object, "spread");
  if (object.has("regime")) row.regime = object.text("regime");
  row.confidence = number_of(object, "confidence");
  row.late_ct = number_of(object, "late_ct");
  row.collapse_rate = number_of(object, "collapse_rate");
  return row;
}

}  // namespace

Json phase_maps_to_json(const std::vector<PhaseMap>& maps, const curvature::PhaseMapOptions& options,
                        const PublishedShares& published) {
  Json json;
  json["schema_version"] = 1;
  json["kind"] = kind;
  json["bootstrap_draws"] = options.bootstrap_draws;
  json["seed"] = options.seed;
  json["bands"] = bands_to_json(options.bands);
  json["maps"] = Json::array();
  for (const PhaseMap& map : maps) json["maps"].push_back(map_json(map, published));
  return json;
}

std::vector<PhaseMapRow> read_phase_map_rows(const Json& document, const std::string& file) {
  const JsonObject root(document, file);
  root.integer("schema_version", 1, 1);
  if (root.text("kind") != kind) root.fail("kind", "found \"" + root.text("kind") + "\"", kind);
  std::vector<PhaseMapRow> rows;
  const Json& maps = root.array("maps");
  for (std::size_t m = 0; m < maps.size(); ++m) {
    const std::string place = "maps[" + std::to_string(m) + "]";
    const JsonObject map(maps[m], file, place);
    const Json& list = map.array("rows");
    for (std::size_t i = 0; i < list.size(); ++i) {
      const JsonObject row(list[i], file, place + ".rows[" + std::to_string(i) + "]");
      rows.push_back(read_row(row, map.text("definition")));
    }
  }
  return rows;
}

}  // namespace phasescope::report
