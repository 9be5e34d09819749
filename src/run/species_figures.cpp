#include "species_figures.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <set>

#include "phasescope/base/files.h"
#include "phasescope/intelliton/matched_modes.h"
#include "phasescope/report/figures_mass_flow.h"
#include "phasescope/report/figures_occupation.h"
#include "phasescope/report/figures_pair_divergence.h"
#include "phasescope/report/figures_particle_table.h"
#include "phasescope/report/figures_power_spectrum.h"
#include "phasescope/report/figures_singular_values.h"
#include "phasescope/report/figures_transition_graph.h"
#include "phasescope/stats/bootstrap.h"
#include "phasescope/stats/descriptive.h"

namespace phasescope::run {
namespace {

using Eigen::Index;
using intelliton::DiagnosticsReport;
using intelliton::FieldAnalysis;
using intelliton::SpeciesReport;
using Numbers = std::vector<double>;

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kCurves = 4;  // modes or species in one plot
constexpr std::size_t kParticles = 24;

Numbers numbers(const Eigen::VectorXd& values) {
  return {values.data(), values.data() + values.size()};
}

std::string name_of_model(const Json& model) {
  return model.is_object() && model.contains("name") ? model["name"].get<std::string>() : "stored states";
}

std::string count_text(std::size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

/// "n = 125 prompts in 5 categories"
std::string sample_text(const SpeciesReport& report) {
  return "n = " + count_text(report.n_prompts, "prompt") + " in " +
         (report.categories.size() == 1 ? "1 category"
                                        : std::to_string(report.categories.size()) + " categories");
}

report::ParticleTable particle_table(const SpeciesReport& report, const std::string& model) {
  report::ParticleTable table{
      model, sample_text(report) + "; labels of crowded points may be left out", {}, {}};
  const auto& published = report.published.species;
  for (std::size_t s = 0; s < std::min(published.size(), kParticles); ++s) {
    // A momentum and its negative are one for real states: published ones fold to the positive side.
    std::optional<double> momentum = published[s].momentum;
    if (momentum) momentum = std::abs(*momentum);
    table.particles.push_back(
        {"I_" + std::to_string(s), momentum, published[s].amplitude, published[s].spin, {}, {}});
  }
  const auto& estimated = report.robust.species;
  for (std::size_t s = 0; s < std::min(estimated.size(), kParticles); ++s) {
    const stats::Estimate& amplitude = estimated[s].amplitude.estimate;
    table.estimates.push_back({"S_" + std::to_string(s), estimated[s].power_momentum.estimate.value,
                               amplitude.value, estimated[s].spin.estimate.value, amplitude.low,
                               amplitude.high});
  }
  return table;
}

/// Singular values of the representative field, and its strongest modes along their one-to-one matches.
report::SingularValueDepth singular_values(const SpeciesReport& report, const FieldAnalysis& field,
                                           const std::string& model) {
  const intelliton::MatchedModes& matched = report.representative_field.matched;
  report::SingularValueDepth depth{model,
                                   "prompt " + report.representative + ", n = " +
                                       count_text(static_cast<std::size_t>(field.tokens), "token") +
                                       "; lines end where a mode's match is lost",
                                   {},
                                   {}};
  for (Index l = 0; l < field.points(); ++l)
    depth.values.push_back(numbers(field.singular_values.row(l).transpose()));
  for (Index i = 0; i < std::min<Index>(matched.log_amplitude.cols(), kCurves); ++i) {
    report::SingularValueThread thread{"mode " + std::to_string(i), {}};
    for (Index l = 0; l < field.points(); ++l) {
      const bool inside = l >= matched.first(i) && l <= matched.last(i);
      thread.values.push_back(inside ? std::exp(matched.log_amplitude(l, i)) : kUndefined);
    }
    depth.threads.push_back(std::move(thread));
  }
  return depth;
}

report::PowerSpectrum power_spectrum(const SpeciesReport& report, const std::string& model) {
  report::PowerSpectrum spectrum{
      model, sample_text(report) + "; share of a layer's power, 1 is flat", {}, {}};
  for (Index g = 0; g < intelliton::kSpectrumPoints; ++g)
    spectrum.momenta.push_back(intelliton::spectrum_momentum(g));
  const Eigen::MatrixXd& layers = report.robust.layer_spectrum;
  for (Index l = 0; l < layers.rows(); ++l) spectrum.power.push_back(numbers(layers.row(l).transpose()));
  return spectrum;
}

report::ModeFlow published_flow(const intelliton::Flow& flow, Index mode, const std::string& name) {
  return {name,
          numbers(flow.running_mass.col(mode)),
          numbers(flow.beta_function.col(mode)),
          flow.fixed_point_layer(mode),
          flow.fixed_point_type[static_cast<std::size_t>(mode)],
          {},
          {}};
}

report::ModeFlow estimated_flow(const intelliton::RobustSpecies& species, const std::string& name) {
  report::ModeFlow flow{name, {}, {}, std::nullopt, "", {}, {}};
  for (const stats::Estimate& point : species.running_mass) {
    flow.running_mass.push_back(point.value.value_or(kUndefined));
    flow.running_mass_low.push_back(point.low.value_or(kUndefined));
    flow.running_mass_high.push_back(point.high.value_or(kUndefined));
  }
  for (std::size_t l = 0; l + 1 < flow.running_mass.size(); ++l)
    flow.beta.push_back(flow.running_mass[l + 1] - flow.running_mass[l]);
  if (species.fixed_point_layer.estimate.value)
    flow.fixed_point = std::lround(*species.fixed_point_layer.estimate.value);
  return flow;
}

report::MassFlow mass_flow(const SpeciesReport& report, const FieldAnalysis& field,
                           const std::string& model) {
  report::MassFlow flow{
      model, "left: prompt " + report.representative + "; right: " + sample_text(report), {}, {}};
  std::set<int> shown;
  for (std::size_t s = 0; s < report.published.species.size() && shown.size() < kCurves; ++s) {
    const int mode = report.published.species[s].mode_index;
    if (shown.insert(mode).second)
      flow.modes.push_back(published_flow(field.flow, mode,
                                          "I_" + std::to_string(s) + " (mode " + std::to_string(mode) + ")"));
  }
  for (std::size_t s = 0; s < std::min(report.robust.species.size(), kCurves); ++s)
    flow.estimates.push_back(estimated_flow(report.robust.species[s], "S_" + std::to_string(s)));
  return flow;
}

/// 2.5 % and 97.5 % of the controls at each layer; nothing with fewer than two.
void add_control_band(const std::vector<intelliton::ComparedPair>& controls, report::PairDivergence& figure) {
  std::vector<Numbers> by_layer;
  for (const auto& control : controls) {
    if (!control.signature) continue;
    const Numbers values = numbers(control.signature->spectral_divergence);
    by_layer.resize(values.size());
    for (std::size_t l = 0; l < values.size(); ++l) by_layer[l].push_back(values[l]);
  }
  for (const Numbers& values : by_layer) {
    figure.controls_mean.push_back(stats::mean(values));
    figure.controls_low.push_back(stats::quantile(values, 0.025));
    figure.controls_high.push_back(stats::quantile(values, 0.975));
  }
}

report::PairDivergence pair_divergence(const DiagnosticsReport& report, const std::string& model) {
  const auto& diagnostics = *report.pairs;
  const auto compared = [](const auto& list) {
    return static_cast<std::size_t>(
        std::count_if(list.begin(), list.end(), [](const auto& pair) { return pair.signature.has_value(); }));
  };
  report::PairDivergence figure{model,
                                "n = " + count_text(compared(diagnostics.pairs), "pair") + ", " +
                                    count_text(compared(diagnostics.controls), "control"),
                                {},
                                numbers(diagnostics.mean_spectral_divergence),
                                {},
                                {},
                                {},
                                std::nullopt};
  for (const auto& pair : diagnostics.pairs)
    if (pair.signature) figure.pairs.push_back(numbers(pair.signature->spectral_divergence));
  if (diagnostics.critical_layer) figure.critical_layer = *diagnostics.critical_layer;
  add_control_band(diagnostics.controls, figure);
  return figure;
}

/// Occupations of the first `species` species over the trajectories of one role: by step, prompt and species.
std::vector<std::vector<Numbers>> occupations(const DiagnosticsReport& report, const std::string& role,
                                              std::size_t species) {
  std::vector<std::vector<Numbers>> by_step;
  for (const auto& trajectory : report.dynamics->trajectories) {
    if (trajectory.sequence.role != role) continue;
    by_step.resize(std::max(by_step.size(), trajectory.steps.size()));
    for (std::size_t step = 0; step < trajectory.steps.size(); ++step) {
      Numbers values;
      for (std::size_t s = 0; s < species; ++s)
        values.push_back(trajectory.steps[step].species[s].occupation);
      by_step[step].push_back(std::move(values));
    }
  }
  return by_step;
}

/// Means over the prompts of a resample, by species.
Numbers mean_occupations(const std::vector<Numbers>& prompts, const std::vector<std::size_t>& items) {
  Numbers means(prompts.front().size(), 0);
  for (const std::size_t item : items) {
    for (std::size_t s = 0; s < means.size(); ++s) means[s] += prompts[item][s];
  }
  for (double& mean : means) mean /= static_cast<double>(items.size());
  return means;
}

/// Mean occupations of the first species over the trajectories of one role, with their intervals, step by
/// step.
std::vector<report::OccupationCurve> occupation_curves(const DiagnosticsReport& report,
                                                       const std::string& role, std::size_t species) {
  std::vector<report::OccupationCurve> curves(species);
  const std::vector<std::vector<Numbers>> by_step = occupations(report, role, species);
  for (std::size_t step = 0; step < by_step.size(); ++step) {
    const std::vector<Numbers>& prompts = by_step[step];
    const auto draws = stats::stratified_bootstrap(
        std::vector<std::size_t>(prompts.size(), 0),
        [&](const std::vector<std::size_t>& items) { return mean_occupations(prompts, items); },
        {report.options.draws, report.options.seed, "occupation " + role + std::to_string(step), 0.95});
    for (std::size_t s = 0; s < species; ++s) {
      Numbers values;
      for (const Numbers& prompt : prompts) values.push_back(prompt[s]);
      const stats::Estimate mean = stats::with_percentile_interval(stats::mean(values), draws, s);
      curves[s].mean.push_back(mean.value.value_or(kUndefined));
      curves[s].low.push_back(mean.low.value_or(kUndefined));
      curves[s].high.push_back(mean.high.value_or(kUndefined));
    }
  }
  return curves;
}

std::size_t prompts_of_role(const DiagnosticsReport& report, const std::string& role) {
  const auto& all = report.dynamics->trajectories;
  return static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [&](const auto& one) { return one.sequence.role == role; }));
}

report::OccupationDynamics occupation(const DiagnosticsReport& report, const std::string& model) {
  report::OccupationDynamics figure{
      model,
      "n = " + std::to_string(prompts_of_role(report, "grounded")) + " grounded, " +
          count_text(prompts_of_role(report, "prone"), "prone prompt") + "; means, bands are 95 % intervals",
      {}};
  const std::size_t species = std::min(report.species_names.size(), kCurves);
  const auto grounded = occupation_curves(report, "grounded", species);
  const auto prone = occupation_curves(report, "prone", species);
  for (std::size_t s = 0; s < species; ++s)
    figure.species.push_back({report.species_names[s], grounded[s], prone[s]});
  return figure;
}

report::TransitionGraph transitions(const DiagnosticsReport& report, const std::string& model) {
  // Only species that lead somewhere have a place.
  std::set<std::size_t> leading;
  for (const auto& edge : report.dynamics->transitions) leading.insert({edge.source, edge.target});
  std::map<std::size_t, std::size_t> place;
  report::TransitionGraph graph{model, "", {}, {}};
  for (const std::size_t s : leading) {
    place[s] = graph.species.size();
    graph.species.push_back(report.species_names[s]);
  }
  for (const std::string role : {"grounded", "prone"}) {
    const std::size_t size = graph.species.size();
    report::TransitionGroup group{role, std::vector<Numbers>(size, Numbers(size, 0))};
    for (const auto& edge : report.dynamics->transitions)
      if (edge.group == role)
        group.counts[place[edge.source]][place[edge.target]] = static_cast<double>(edge.count);
    graph.groups.push_back(std::move(group));
  }
  graph.finding = "n = " + std::to_string(prompts_of_role(report, "grounded")) + " grounded, " +
                  count_text(prompts_of_role(report, "prone"), "prone prompt");
  const std::size_t left_out = report.species_names.size() - graph.species.size();
  if (left_out > 0) graph.finding += "; " + std::to_string(left_out) + " species never lead and are left out";
  return graph;
}

}  // namespace

void write_species_figures(const std::filesystem::path& folder, const SpeciesReport& report,
                           const FieldAnalysis& representative, const Json& model) {
  const std::string name = name_of_model(model);
  const std::filesystem::path figures = folder / "figures";
  create_folder(figures);
  write_file_atomically(figures / "particle_table.svg",
                        report::particle_table_figure(particle_table(report, name)));
  write_file_atomically(figures / "singular_values.svg",
                        report::singular_values_figure(singular_values(report, representative, name)));
  write_file_atomically(figures / "power_spectrum.svg",
                        report::power_spectrum_figure(power_spectrum(report, name)));
  write_file_atomically(figures / "running_mass.svg",
                        report::mass_flow_figure(mass_flow(report, representative, name)));
}

void write_diagnostics_figures(const std::filesystem::path& folder, const DiagnosticsReport& report,
                               const Json& model) {
  const std::string name = name_of_model(model);
  const std::filesystem::path figures = folder / "figures";
  if (report.pairs || report.dynamics) create_folder(figures);
  if (report.pairs)
    write_file_atomically(figures / "pair_divergence.svg",
                          report::pair_divergence_figure(pair_divergence(report, name)));
  if (!report.dynamics) return;
  write_file_atomically(figures / "occupation.svg", report::occupation_figure(occupation(report, name)));
  write_file_atomically(figures / "transitions.svg",
                        report::transition_graph_figure(transitions(report, name)));
}

}  // namespace phasescope::run
