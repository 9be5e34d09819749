#include "quantity_rows.h"

#include <cmath>
#include <cstdio>

namespace phasescope::run {
namespace {

std::string number_text(const Json& number) {
  const double value = number.get<double>();
  char text[32];
  const bool whole = value == std::floor(value) && std::abs(value) < 1e15;
  std::snprintf(text, sizeof text, whole ? "%.0f" : "%.3g", value);
  return text;
}

const Json* find(const Json& object, const std::string& key) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

/// "[low, high]", or nothing.
std::string interval_text(const Json& estimate) {
  const Json *low = find(estimate, "low"), *high = find(estimate, "high");
  return low != nullptr && high != nullptr ? "[" + value_text(*low) + ", " + value_text(*high) + "]" : "";
}

/// "shuffle-tokens [0, 1]: inside", or nothing.
std::string null_text(const Json& estimate) {
  const Json *null = find(estimate, "null"), *inside = find(estimate, "inside_null");
  std::string text;
  if (null != nullptr) text = null->value("name", std::string()) + " " + interval_text(*null);
  if (inside == nullptr || !inside->is_boolean()) return text;
  return text + (text.empty() ? "" : ": ") + (inside->get<bool>() ? "inside" : "outside");
}

std::string reason_text(const Json& object, const std::string& key) {
  const Json* reason = find(object, key + "_reason");
  return reason != nullptr && reason->is_string() ? "undefined: " + reason->get<std::string>() : "undefined";
}

std::vector<std::string> estimate_row(const std::string& title, const Json& estimate) {
  for (const char* key : {"value", "median"}) {
    if (!estimate.contains(key)) continue;
    const Json& value = estimate[key];
    if (value.is_null()) return {title, reason_text(estimate, key), "", null_text(estimate)};
    return {title, value_text(value), interval_text(estimate), null_text(estimate)};
  }
  return {title, "-", "", ""};
}

}  // namespace

std::string value_text(const Json& value) {
  if (value.is_number()) return number_text(value);
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (value.is_string()) return value.get<std::string>();
  return "-";
}

std::vector<std::vector<std::string>> quantity_rows(const Json& report,
                                                    const std::vector<QuantityPlace>& places) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& [title, pointer] : places) {
    const Json::json_pointer place(pointer);
    if (!report.contains(place)) continue;
    const Json& value = report[place];
    if (value.is_object()) {
      rows.push_back(estimate_row(title, value));
    } else if (value.is_null()) {
      rows.push_back({title, reason_text(report[place.parent_pointer()], place.back()), "", ""});
    } else {
      rows.push_back({title, value_text(value), "", ""});
    }
  }
  return rows;
}

}  // namespace phasescope::run
