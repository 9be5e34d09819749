#include "phasescope/curvature/phase_map.h"

#include <cmath>
#include <functional>
#include <map>
#include <utility>

#include "phasescope/base/error.h"
#include "phasescope/stats/descriptive.h"
#include "phasescope/stats/rank_agreement.h"

namespace phasescope::curvature {
namespace {

using Reports = std::vector<MapReport>;

void check_definitions(const Reports& reports) {
  if (reports.empty()) throw Error(ExitClass::usage, "a phase map needs at least one report");
  for (const MapReport& report : reports) {
    if (report.ct_id == reports.front().ct_id) continue;
    throw Error(ExitClass::usage, {{},
                                   "ct_id",
                                   std::nullopt,
                                   "found " + report.ct_id + " for " + report.model,
                                   reports.front().ct_id + " as for " + reports.front().model});
  }
}

std::vector<double> ratios_of(const MapReport& report) {
  std::vector<double> ratios;
  for (const MapRun& run : report.runs) {
    if (run.ratio_norm) ratios.push_back(*run.ratio_norm);
  }
  return ratios;
}

PhaseMapRow row_of(const MapReport& report) {
  PhaseMapRow row;
  row.model = report.model;
  row.family = report.family;
  row.parameters = report.parameters;
  row.seed = report.seed;
  row.temperature = report.temperature;
  row.ratio_norm = report.ratio_norm;
  row.regime = report.regime;
  row.null_regime = report.null_regime;
  row.mean_ct = report.mean_ct;
  row.late_ct = report.late_ct;
  row.collapse_rate = report.collapse_rate;
  const std::vector<double> ratios = ratios_of(report);
  row.n_runs = ratios.size();
  if (!ratios.empty()) row.spread = stats::population_deviation(ratios);
  for (const auto& [name, share] : report.confidence) {
    if (report.regime && name == *report.regime) row.confidence = share;
  }
  return row;
}

stats::VarianceDecomposition decompose(const Reports& reports) {
  std::map<std::string, std::size_t> models;
  std::map<std::string, std::size_t> categories;
  std::map<std::pair<std::string, std::string>, std::size_t> prompts;
  std::vector<stats::FactorialObservation> observations;
  for (const MapReport& report : reports) {
    const std::size_t model = models.emplace(report.model, models.size()).first->second;
    for (const MapRun& run : report.runs) {
      if (!run.ratio_norm) continue;
      observations.push_back({model, categories.emplace(run.category, categories.size()).first->second,
                              prompts.emplace(std::pair(run.category, run.id), prompts.size()).first->second,
                              std::log(*run.ratio_norm)});
    }
  }
  return stats::decompose_variance(observations);
}

/// Ratios of every model under every value of a condition: [condition][model].
using Conditions = std::map<std::string, std::map<std::string, std::vector<double>>>;

RankAgreement agreement(const std::string& condition, const Conditions::value_type& first,
                        const Conditions::value_type& second) {
  RankAgreement result{condition, first.first, second.first, 0, std::nullopt, {}};
  std::vector<double> a;
  std::vector<double> b;
  for (const auto& [model, ratios] : first.second) {
    const auto other = second.second.find(model);
    if (other == second.second.end()) continue;
    a.push_back(stats::median(ratios));
    b.push_back(stats::median(other->second));
  }
  result.n_models = a.size();
  result.tau = stats::kendall_tau_b(a, b);
  if (!result.tau)
    result.reason = a.size() < 2 ? "fewer than two models in common" : "one ranking ties all models";
  return result;
}

void add_agreements(PhaseMap& map, const std::string& condition, const Conditions& conditions) {
  for (auto first = conditions.begin(); first != conditions.end(); ++first) {
    for (auto second = std::next(first); second != conditions.end(); ++second) {
      map.agreements.push_back(agreement(condition, *first, *second));
    }
  }
}

std::string text_of(double value) {
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

void add_all_agreements(PhaseMap& map, const Reports& reports) {
  Conditions categories;
  Conditions seeds;
  Conditions temperatures;
  for (const MapReport& report : reports) {
    for (const MapRun& run : report.runs) {
      if (!run.ratio_norm) continue;
      categories[run.category][report.model].push_back(*run.ratio_norm);
      if (report.seed) seeds[std::to_string(*report.seed)][report.model].push_back(*run.ratio_norm);
      if (report.temperature) {
        temperatures[text_of(*report.temperature)][report.model].push_back(*run.ratio_norm);
      }
    }
  }
  add_agreements(map, "category", categories);
  add_agreements(map, "seed", seeds);
  add_agreements(map, "temperature", temperatures);
}

}  // namespace

PhaseMap make_phase_map(const Reports& reports) {
  check_definitions(reports);
  PhaseMap map;
  map.ct_id = reports.front().ct_id;
  for (const MapReport& report : reports) map.rows.push_back(row_of(report));
  map.log_ratio = decompose(reports);
  add_all_agreements(map, reports);
  return map;
}

}  // namespace phasescope::curvature
