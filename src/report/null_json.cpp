#include "null_json.h"

#include "estimate_json.h"

#include <algorithm>

namespace phasescope::report {
namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string why_no_null(const intelliton::WithNull& result, const std::vector<std::string>& asked_for) {
  if (result.null_name.empty()) return "no order of tokens or layers changes it";
  if (!contains(asked_for, result.null_name)) return "this null was not asked for";
  return "fewer than 20 draws of this null are defined";
}

}  // namespace

void set_mark(Json& object, const std::string& name, const std::optional<bool>& mark,
              const std::string& reason) {
  set_optional(object, name, mark, reason);
}

Json with_null_json(const intelliton::WithNull& result, const std::vector<std::string>& asked_for) {
  Json json = estimate_to_json(result.estimate);
  const std::string reason = result.null ? result.estimate.reason : why_no_null(result, asked_for);
  if (result.null) {
    json["null"] = {{"name", result.null_name},
                    {"low", result.null->low},
                    {"high", result.null->high},
                    {"draws", result.null->draws}};
  } else {
    json["null"] = nullptr;
    json["null_reason"] = reason;
  }
  set_mark(json, "inside_null", result.inside_null(), reason);
  return json;
}

Json null_quantity_json(const intelliton::NullQuantity& quantity, bool by_species) {
  Json json{{"name", quantity.name}, {"range", nullptr}};
  const std::string undefined = "no null network has it";
  if (quantity.range) {
    json["range"] = {{"low", quantity.range->low}, {"high", quantity.range->high}};
  } else {
    json["range_reason"] = undefined;
  }
  if (!by_species) {
    set_mark(json, "inside", quantity.inside.front(),
             quantity.range ? "the run does not have it" : undefined);
    return json;
  }
  json["inside"] = Json::array();
  for (const auto& mark : quantity.inside) json["inside"].push_back(mark ? Json(*mark) : Json(nullptr));
  return json;
}

Json null_marks_json(const std::vector<intelliton::NullMark>& marks) {
  Json list = Json::array();
  for (const auto& mark : marks) list.push_back({{"quantity", mark.quantity}, {"nulls", mark.nulls}});
  return list;
}

}  // namespace phasescope::report
