#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <utility>
#include <vector>

#include "phasescope/curvature/phase_map.h"

namespace phasescope::curvature {
namespace {

using Rows = std::vector<PhaseMapRow>;
using Number = std::function<std::optional<double>(const PhaseMapRow&)>;
using Pairs = std::vector<std::pair<const PhaseMapRow*, const PhaseMapRow*>>;  ///< new, old

const std::vector<std::pair<std::string, Number>>& row_numbers() {
  static const std::vector<std::pair<std::string, Number>> numbers = {
      {"ratio_norm", [](const PhaseMapRow& row) { return row.ratio_norm.value; }},
      {"spread", [](const PhaseMapRow& row) { return row.spread; }},
      {"confidence", [](const PhaseMapRow& row) { return row.confidence; }},
      {"ratio_excess", [](const PhaseMapRow& row) { return row.ratio_excess.value; }},
      {"mean_ct", [](const PhaseMapRow& row) { return row.mean_ct.value; }},
      {"late_ct", [](const PhaseMapRow& row) { return row.late_ct; }},
      {"collapse_rate", [](const PhaseMapRow& row) { return row.collapse_rate; }},
  };
  return numbers;
}

bool correspond(const PhaseMapRow& a, const PhaseMapRow& b) {
  return a.model == b.model && a.definition == b.definition;
}

const PhaseMapRow* counterpart(const PhaseMapRow& row, const Rows& rows) {
  const auto found = std::find_if(rows.begin(), rows.end(),
                                  [&](const PhaseMapRow& other) { return correspond(row, other); });
  return found == rows.end() ? nullptr : &*found;
}

Pairs corresponding(const Rows& rows, const Rows& baseline) {
  Pairs pairs;
  for (const PhaseMapRow& row : rows) {
    if (const PhaseMapRow* old = counterpart(row, baseline)) pairs.emplace_back(&row, old);
  }
  return pairs;
}

std::size_t without_counterpart(const Rows& rows, const Rows& others) {
  return static_cast<std::size_t>(std::count_if(
      rows.begin(), rows.end(), [&](const PhaseMapRow& row) { return counterpart(row, others) == nullptr; }));
}

GateValue count(std::size_t number) {
  return {static_cast<double>(number), {}};
}

GateValue largest_change(const Pairs& pairs, const Number& number) {
  GateValue result{std::nullopt, "no corresponding rows have it"};
  for (const auto& [row, old] : pairs) {
    const auto now = number(*row);
    const auto before = number(*old);
    if (!now || !before) continue;
    if (!result.value || std::abs(*now - *before) > std::abs(*result.value)) result = {*now - *before, {}};
  }
  return result;
}

GateValue extreme(const Rows& rows, const Number& number, bool largest) {
  GateValue result{std::nullopt, "no row has it"};
  for (const PhaseMapRow& row : rows) {
    const auto value = number(row);
    if (value && (!result.value || (largest ? *value > *result.value : *value < *result.value))) {
      result = {*value, {}};
    }
  }
  return result;
}

void add_changes(GateValues& values, const Rows& rows, const std::optional<Rows>& baseline) {
  const GateValue missing{std::nullopt, "there is no baseline"};
  const Pairs pairs = baseline ? corresponding(rows, *baseline) : Pairs{};
  const auto flips = std::count_if(pairs.begin(), pairs.end(), [](const Pairs::value_type& pair) {
    return pair.first->regime != pair.second->regime;
  });
  values["regime_flips"] = baseline ? count(static_cast<std::size_t>(flips)) : missing;
  values["models_added"] = baseline ? count(without_counterpart(rows, *baseline)) : missing;
  values["models_removed"] = baseline ? count(without_counterpart(*baseline, rows)) : missing;
  for (const auto& [name, number] : row_numbers()) {
    values["d." + name] = baseline ? largest_change(pairs, number) : missing;
  }
}

Rows rows_of(const std::vector<PhaseMap>& maps) {
  Rows rows;
  for (const PhaseMap& map : maps) rows.insert(rows.end(), map.rows.begin(), map.rows.end());
  return rows;
}

GateValue variance_share(const std::vector<PhaseMap>& maps, const std::string& term) {
  if (maps.size() != 1) return {std::nullopt, "the reports have several definitions"};
  GateValue share{std::nullopt, maps.front().log_ratio.reason};
  for (const auto& row : maps.front().log_ratio.rows) {
    if (row.term == term) share.value = row.omega_squared;
  }
  return share;
}

std::string text_of(const std::optional<double>& number) {
  if (!number) return "undefined";
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", *number);
  return text;
}

std::string text_of(const std::optional<std::string>& name) {
  return name.value_or("undefined");
}

std::string name_of(const PhaseMapRow& row, bool with_definition) {
  return with_definition ? row.model + " (" + row.definition + ")" : row.model;
}

/// "name: regime a -> b, ratio_norm 1 -> 2 (+1)", or nothing where all is as before.
std::string change_of(const PhaseMapRow& row, const PhaseMapRow& old, const std::string& name) {
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  if (row.regime != old.regime) add("regime " + text_of(old.regime) + " -> " + text_of(row.regime));
  for (const auto& [key, number] : row_numbers()) {
    const auto now = number(row);
    const auto before = number(old);
    if (now == before) continue;
    std::string part = key + " " + text_of(before) + " -> " + text_of(now);
    if (now && before) {
      char change[32];
      std::snprintf(change, sizeof change, " (%+.3g)", *now - *before);
      part += change;
    }
    add(part);
  }
  return text.empty() ? text : name + ": " + text;
}

}  // namespace

GateValues gate_values(const std::vector<PhaseMap>& maps, const std::optional<Rows>& baseline) {
  GateValues values;
  const Rows rows = rows_of(maps);
  values["models"] = count(rows.size());
  for (const auto& [name, number] : row_numbers()) {
    values["min." + name] = extreme(rows, number, false);
    values["max." + name] = extreme(rows, number, true);
  }
  for (const char* term : {"model", "category", "interaction"}) {
    values[std::string("omega2.") + term] = variance_share(maps, term);
  }
  add_changes(values, rows, baseline);
  return values;
}

std::vector<std::string> changes_since(const std::vector<PhaseMap>& maps, const Rows& baseline) {
  const Rows rows = rows_of(maps);
  const bool mixed = maps.size() > 1;
  std::vector<std::string> lines;
  for (const PhaseMapRow& row : rows) {
    const PhaseMapRow* old = counterpart(row, baseline);
    const std::string line = old == nullptr ? name_of(row, mixed) + ": not in the baseline"
                                            : change_of(row, *old, name_of(row, mixed));
    if (!line.empty()) lines.push_back(line);
  }
  for (const PhaseMapRow& row : baseline) {
    if (counterpart(row, rows) == nullptr) lines.push_back(name_of(row, mixed) + ": only in the baseline");
  }
  return lines;
}

}  // namespace phasescope::curvature
