#include "phasescope/formats/csv.h"
#include "phasescope/report/phase_map_json.h"

namespace phasescope::report {
namespace {

using formats::CsvTable;

std::int64_t whole(std::size_t number) {
  return static_cast<std::int64_t>(number);
}

template <class Number>
std::string joined(const std::vector<Number>& numbers) {
  std::string text;
  for (const Number number : numbers)
    text += (text.empty() ? "" : ";") + formats::shortest_text(static_cast<double>(number));
  return text;
}

void add_estimate(CsvTable& table, const stats::Estimate& estimate) {
  table.add(estimate.value).add(estimate.low).add(estimate.high);
}

void add_row(CsvTable& table, const curvature::PhaseMapRow& row) {
  table.add(row.definition).add(row.model).add(row.family);
  table.add(row.parameters ? std::to_string(*row.parameters) : std::string());
  table.add(whole(row.n_reports)).add(whole(row.n_runs)).add(whole(row.n_prompts));
  table.add(joined(row.seeds)).add(joined(row.temperatures));
  add_estimate(table, row.ratio_norm);
  table.add(row.spread).add(row.regime.value_or("")).add(row.published_interval.value_or(""));
  table.add(row.confidence).add(row.null_regime.value_or(""));
  add_estimate(table, row.ratio_excess);
  add_estimate(table, row.mean_ct);
  table.add(row.late_ct).add(row.collapse_rate);
  table.end_row();
}

}  // namespace

std::string phase_maps_to_csv(const std::vector<curvature::PhaseMap>& maps) {
  CsvTable table(
      {"definition",     "model",           "family",       "parameters",       "n_reports",
       "n_runs",         "n_prompts",       "seeds",        "temperatures",     "ratio_norm",
       "ratio_norm_low", "ratio_norm_high", "spread",       "regime",           "published_interval",
       "confidence",     "null_regime",     "ratio_excess", "ratio_excess_low", "ratio_excess_high",
       "mean_ct",        "mean_ct_low",     "mean_ct_high", "late_ct",          "collapse_rate"});
  for (const curvature::PhaseMap& map : maps) {
    for (const curvature::PhaseMapRow& row : map.rows) add_row(table, row);
  }
  return table.text();
}

}  // namespace phasescope::report
