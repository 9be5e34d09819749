#include "report_values.h"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace phasescope::run {
namespace {

using report::ComparedValue;

constexpr const char* kNoReason = "the report does not say";
constexpr const char* kNoSpecies = "there are no species";

std::string reason_at(const JsonObject& object, const std::string& key) {
  return object.text_or(key + "_reason", kNoReason);
}

std::string momentum_text(const JsonObject& species) {
  if (!species.has("momentum")) return "undefined";
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", species.number("momentum"));  // as the published catalogue
  return text;
}

void set_first_species(ValueTable& table, const JsonObject& first, const std::string& no_interval) {
  const auto set = [&](const char* name, const char* key) {
    table.set("species", name, number_at(first, key, no_interval));
  };
  set("top_amplitude", "amplitude");
  set("top_momentum", "momentum");
  set("top_fixed_point_layer", "fixed_point_layer");
  set("top_spin", "spin");
  set("top_pole_mass", "pole_mass");
}

}  // namespace

void ValueTable::set(const std::string& group, const std::string& name, ComparedValue value) {
  values_.insert_or_assign({group, name}, std::move(value));
}

void ValueTable::fill(const std::string& group, const std::string& reason) {
  for (const report::Quantity& quantity : report::compared_quantities()) {
    if (quantity.group == group) values_.try_emplace({group, quantity.name}, ComparedValue::missing(reason));
  }
}

std::vector<ComparedValue> ValueTable::values() const {
  std::vector<ComparedValue> list;
  for (const report::Quantity& quantity : report::compared_quantities()) {
    const auto found = values_.find({quantity.group, quantity.name});
    list.push_back(found == values_.end() ? ComparedValue::missing(kNoReason) : found->second);
  }
  return list;
}

ComparedValue number_at(const JsonObject& object, const std::string& key, const std::string& no_interval) {
  if (!object.has(key)) return ComparedValue::missing(reason_at(object, key));
  return ComparedValue::of(object.number(key), no_interval);
}

ComparedValue estimate_at(const JsonObject& object, const std::string& value, const std::string& low,
                          const std::string& high) {
  ComparedValue result = number_at(object, value, reason_at(object, low));
  if (!result.defined() || !object.has(low) || !object.has(high)) return result;
  result.number.low = object.number(low);
  result.number.high = object.number(high);
  result.number.interval_reason.clear();
  return result;
}

ComparedValue estimate_at(const JsonObject& object, const std::string& key) {
  if (!object.has(key)) return ComparedValue::missing(reason_at(object, key));
  return estimate_at(object.object(key), "value", "low", "high");
}

ComparedValue text_at(const JsonObject& object, const std::string& key) {
  if (!object.has(key)) return ComparedValue::missing(reason_at(object, key));
  if (object.json()[key].is_boolean()) return ComparedValue::of(object.boolean_or(key, false) ? "yes" : "no");
  return ComparedValue::of(object.text(key));
}

std::string counts_text(const std::vector<std::string>& texts) {
  std::vector<std::pair<std::string, int>> counts;
  for (const std::string& text : texts) {
    const auto found =
        std::find_if(counts.begin(), counts.end(), [&](const auto& count) { return count.first == text; });
    if (found == counts.end()) {
      counts.emplace_back(text, 1);
    } else {
      ++found->second;
    }
  }
  std::string all;
  for (const auto& [text, count] : counts)
    all += (all.empty() ? "" : ", ") + text + " (" + std::to_string(count) + ")";
  return all;
}

void set_published_species(ValueTable& table, const JsonObject& owner, const std::string& no_interval) {
  const Json& species = owner.array("species");
  table.set("species", "n_species", ComparedValue::of(static_cast<double>(species.size()), no_interval));
  std::vector<std::string> momenta, fixed_points;
  for (std::size_t i = 0; i < species.size(); ++i) {
    const JsonObject one(species[i], owner.file(), owner.field("species[" + std::to_string(i) + "]"));
    if (i == 0) set_first_species(table, one, no_interval);
    momenta.push_back(momentum_text(one));
    fixed_points.push_back(one.text("fixed_point_type"));
  }
  if (species.empty()) return table.fill("species", kNoSpecies);
  table.set("species", "momenta", ComparedValue::of(counts_text(momenta)));
  table.set("species", "fixed_point_types", ComparedValue::of(counts_text(fixed_points)));
}

}  // namespace phasescope::run
