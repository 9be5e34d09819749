#include "phasescope/curvature/phase_map.h"

#include <cmath>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "phasescope/base/error.h"
#include "phasescope/curvature/prompt_resampling.h"
#include "phasescope/stats/descriptive.h"
#include "phasescope/stats/rank_agreement.h"

namespace phasescope::curvature {
namespace {

using Reports = std::vector<MapReport>;

void check_definitions(const Reports& reports) {
  if (reports.empty()) throw Error(ExitClass::usage, "a phase map needs at least one report");
  for (const MapReport& report : reports) {
    if (report.definition == reports.front().definition) continue;
    throw Error(ExitClass::usage,
                {report.source, "definition", std::nullopt, "found " + report.definition,
                 reports.front().definition + " as in " + reports.front().source + ", or --allow-mixed"});
  }
}

/// The reports of one model, and what is made of their runs together.
class ModelRow {
 public:
  ModelRow(const PhaseMapOptions& options, const MapReport& first) : options_(options) {
    row_.definition = first.definition;
    row_.model = first.model;
    row_.family = first.family;
    row_.parameters = first.parameters;
  }

  void add(const MapReport& report) {
    ++row_.n_reports;
    samples_ += report.n_samples;
    collapsed_ += report.n_collapsed;
    if (report.seed) seeds_.insert(*report.seed);
    if (report.temperature) temperatures_.insert(*report.temperature);
    if (report.regime) ++reports_of_regime_[*report.regime];
    for (const MapRun& run : report.runs) add_run(run);
  }

  PhaseMapRow finished() {
    row_.seeds.assign(seeds_.begin(), seeds_.end());
    row_.temperatures.assign(temperatures_.begin(), temperatures_.end());
    if (samples_ > 0) row_.collapse_rate = static_cast<double>(collapsed_) / static_cast<double>(samples_);
    if (!late_.empty()) row_.late_ct = stats::mean(late_);
    row_.mean_ct = mean_flux();
    place_ratio();
    return row_;
  }

 private:
  void add_run(const MapRun& run) {
    const auto next = static_cast<std::int64_t>(prompts_.size());
    const std::int64_t prompt = prompts_.emplace(std::pair(run.category, run.id), next).first->second;
    if (run.ratio_norm) ratios_.push_back({run.category, *run.ratio_norm, run.null, prompt});
    if (run.late_ct) late_.push_back(*run.late_ct);
    if (!run.mean_ct) return;
    flux_.push_back(*run.mean_ct);
    flux_resampling_.add(run.category, prompt);
  }

  stats::BootstrapOptions bootstrap(const std::string& purpose) const {
    return {options_.bootstrap_draws, options_.seed, purpose, 0.95};
  }

  stats::Estimate mean_flux() const {
    if (flux_.empty()) return stats::Estimate::undefined("no run is ok");
    const auto mean_of = [&](const std::vector<std::size_t>& items) {
      double sum = 0;
      for (const std::size_t item : items) sum += flux_[item];
      return std::vector<double>{sum / static_cast<double>(items.size())};
    };
    return stats::with_percentile_interval(stats::mean(flux_),
                                           flux_resampling_.bootstrap(mean_of, bootstrap("mean_ct")), 0);
  }

  void place_ratio() {
    const RatioSummary summary = summarise_ratios(ratios_, options_.bands, bootstrap("ratio"));
    row_.n_runs = summary.n_runs;
    row_.n_prompts = summary.n_prompts;
    row_.ratio_norm = summary.median;
    row_.ratio_excess = summary.excess;
    if (summary.null_placement) row_.null_regime = summary.null_placement->regime;
    if (!summary.placement) return;
    row_.regime = summary.placement->regime;
    row_.published_interval = summary.placement->interval;
    row_.same_regime_reports = reports_of_regime_[*row_.regime];
    std::vector<double> values;
    for (const RatioEntry& entry : ratios_) values.push_back(entry.ratio);
    row_.spread = stats::population_deviation(values);
    for (const auto& [name, share] : summary.confidence) {
      if (name == *row_.regime) row_.confidence = share;
    }
  }

  const PhaseMapOptions& options_;
  PhaseMapRow row_;
  std::map<std::pair<std::string, std::string>, std::int64_t> prompts_;
  std::vector<RatioEntry> ratios_;
  std::vector<double> flux_;
  PromptResampling flux_resampling_;
  std::vector<double> late_;
  std::set<std::int64_t> seeds_;
  std::set<double> temperatures_;
  std::map<std::string, std::size_t> reports_of_regime_;
  std::size_t samples_ = 0;
  std::size_t collapsed_ = 0;
};

std::vector<PhaseMapRow> rows_of(const Reports& reports, const PhaseMapOptions& options) {
  std::vector<ModelRow> rows;
  std::map<std::string, std::size_t> row_of_model;
  for (const MapReport& report : reports) {
    const auto [place, fresh] = row_of_model.emplace(report.model, rows.size());
    if (fresh) rows.emplace_back(options, report);
    rows[place->second].add(report);
  }
  std::vector<PhaseMapRow> finished;
  for (ModelRow& row : rows) finished.push_back(row.finished());
  return finished;
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
      // Greedy runs draw nothing, so their seed is no condition.
      if (report.seed && report.temperature.value_or(1) > 0)
        seeds[std::to_string(*report.seed)][report.model].push_back(*run.ratio_norm);
      if (report.temperature) {
        temperatures[text_of(*report.temperature)][report.model].push_back(*run.ratio_norm);
      }
    }
  }
  add_agreements(map, "category", categories);
  add_agreements(map, "seed", seeds);
  add_agreements(map, "temperature", temperatures);
}

/// The sets of prompts that reports hold, and the token budgets they had.
std::vector<std::string> notes_on(const Reports& reports) {
  std::set<std::set<std::pair<std::string, std::string>>> panels;
  std::set<std::int64_t> budgets;
  for (const MapReport& report : reports) {
    std::set<std::pair<std::string, std::string>> panel;
    for (const MapRun& run : report.runs) panel.emplace(run.category, run.id);
    panels.insert(std::move(panel));
    if (report.max_new_tokens) budgets.insert(*report.max_new_tokens);
  }
  std::vector<std::string> notes;
  if (panels.size() > 1) notes.push_back("the reports hold different prompts");
  if (budgets.size() > 1) {
    std::string texts;
    for (const std::int64_t budget : budgets) texts += (texts.empty() ? "" : ", ") + std::to_string(budget);
    notes.push_back("the reports differ in max_new_tokens (" + texts + "), and ratio_norm grows with length");
  }
  return notes;
}

}  // namespace

PhaseMap make_phase_map(const Reports& reports, const PhaseMapOptions& options) {
  check_definitions(reports);
  PhaseMap map;
  map.definition = reports.front().definition;
  map.reports = reports;
  map.rows = rows_of(reports, options);
  map.log_ratio = decompose(reports);
  add_all_agreements(map, reports);
  map.notes = notes_on(reports);
  return map;
}

std::vector<PhaseMap> make_phase_maps(const Reports& reports, const PhaseMapOptions& options) {
  std::vector<Reports> groups;
  std::map<std::string, std::size_t> group_of;
  for (const MapReport& report : reports) {
    const auto [place, fresh] = group_of.emplace(report.definition, groups.size());
    if (fresh) groups.emplace_back();
    groups[place->second].push_back(report);
  }
  std::vector<PhaseMap> maps;
  for (const Reports& group : groups) maps.push_back(make_phase_map(group, options));
  return maps;
}

}  // namespace phasescope::curvature
