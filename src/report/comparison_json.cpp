#include "eigen_json.h"
#include "estimate_json.h"

#include "phasescope/report/comparison_documents.h"

namespace phasescope::report {
namespace {

constexpr const char* kUnknown = "the source does not say";

Json settings_json(const Settings& settings) {
  Json object = Json::object();
  for (const auto& [name, value] : settings) object[name] = value;
  return object;
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

void set_text(Json& object, const std::string& name, const std::string& text) {
  object[name] = text_or_null(text);
  if (text.empty()) object[name + "_reason"] = kUnknown;
}

Json value_json(const Quantity& quantity, const ComparedValue& value) {
  if (quantity.kind == QuantityKind::number) return estimate_to_json(value.number);
  Json json;
  set_optional(json, "text", value.text, value.reason());
  return json;
}

/// Values by group, then name.
Json values_json(const ComparedModel& model) {
  Json groups = Json::object();
  const std::vector<Quantity>& quantities = compared_quantities();
  for (std::size_t q = 0; q < quantities.size(); ++q)
    groups[quantities[q].group][quantities[q].name] = value_json(quantities[q], model.values[q]);
  return groups;
}

Json definitions_json(const ComparedModel& model) {
  Json object = Json::object();
  for (const auto& [group, settings] : model.definitions) object[group] = settings_json(settings);
  for (const auto& [group, reason] : model.undefined) {
    object[group] = nullptr;
    object[group + "_reason"] = reason;
  }
  return object;
}

Json model_json(const ComparedModel& model) {
  Json json{{"label", model.label}, {"source", model.source}, {"published", model.published}};
  json["model"] = model.model;
  set_text(json, "family", model.family);
  set_text(json, "tuning", model.tuning);
  set_optional(json, "parameters", model.parameters, kUnknown);
  json["definitions"] = definitions_json(model);
  json["conditions"] = settings_json(model.conditions);
  json["notes"] = model.notes;
  json["values"] = values_json(model);
  return json;
}

Json difference_json(const QuantityDifference& difference) {
  const Quantity& quantity = compared_quantities()[difference.quantity];
  Json json{{"group", quantity.group}, {"name", quantity.name}};
  if (quantity.kind == QuantityKind::number) {
    json["difference"] = estimate_to_json(difference.difference);
    set_optional(json, "half_widths", difference.half_widths, difference.half_widths_reason);
  } else {
    set_optional(json, "same", difference.same, difference.same_reason);
  }
  return json;
}

Json pair_json(const Comparison& comparison, const ModelPair& pair) {
  Json json{{"relation", name_of(pair.relation)},
            {"from", comparison.models[pair.from].label},
            {"to", comparison.models[pair.to].label}};
  json["conditions"] = Json::array();
  for (const ModelPair::Condition& condition : pair.conditions)
    json["conditions"].push_back({{"name", condition.name}, {"from", condition.from}, {"to", condition.to}});
  json["differences"] = Json::array();
  for (const QuantityDifference& difference : pair.differences)
    json["differences"].push_back(difference_json(difference));
  return json;
}

}  // namespace

Json comparison_to_json(const Comparison& comparison) {
  Json json{{"schema_version", 1}, {"kind", "phasescope.comparison"}};
  json["models"] = Json::array();
  for (const ComparedModel& model : comparison.models) json["models"].push_back(model_json(model));
  json["pairs"] = Json::array();
  for (const ModelPair& pair : comparison.pairs) json["pairs"].push_back(pair_json(comparison, pair));
  return json;
}

}  // namespace phasescope::report
