#include <algorithm>
#include <cmath>
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
      {"mean_ct", [](const PhaseMapRow& row) { return row.mean_ct; }},
      {"late_ct", [](const PhaseMapRow& row) { return row.late_ct; }},
      {"collapse_rate", [](const PhaseMapRow& row) { return row.collapse_rate; }},
  };
  return numbers;
}

bool correspond(const PhaseMapRow& a, const PhaseMapRow& b) {
  return a.model == b.model && a.seed == b.seed && a.temperature == b.temperature;
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

}  // namespace

GateValues gate_values(const PhaseMap& map, const std::optional<std::vector<PhaseMapRow>>& baseline) {
  GateValues values;
  values["models"] = count(map.rows.size());
  for (const auto& [name, number] : row_numbers()) {
    values["min." + name] = extreme(map.rows, number, false);
    values["max." + name] = extreme(map.rows, number, true);
  }
  for (const char* term : {"model", "category", "interaction"}) {
    GateValue share{std::nullopt, map.log_ratio.reason};
    for (const auto& row : map.log_ratio.rows) {
      if (row.term == term) share.value = row.omega_squared;
    }
    values[std::string("omega2.") + term] = share;
  }
  add_changes(values, map.rows, baseline);
  return values;
}

}  // namespace phasescope::curvature
