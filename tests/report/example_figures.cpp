#include "example_figures.h"

#include <cmath>
#include <limits>
#include <random>

#include "phasescope/report/figures_layer_ratio.h"
#include "phasescope/report/figures_mass_flow.h"
#include "phasescope/report/figures_null_ratio.h"
#include "phasescope/report/figures_occupation.h"
#include "phasescope/report/figures_pair_divergence.h"
#include "phasescope/report/figures_particle_table.h"
#include "phasescope/report/figures_phase_map.h"
#include "phasescope/report/figures_power_spectrum.h"
#include "phasescope/report/figures_regime_shares.h"
#include "phasescope/report/figures_singular_values.h"
#include "phasescope/report/figures_token_trace.h"
#include "phasescope/report/figures_training_course.h"
#include "phasescope/report/figures_transition_graph.h"

namespace phasescope::report::testing {
namespace {

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t layers = 31;
const char* const model = "SmolLM2-135M";

/// The same numbers on every machine: only the generator's bits are used, no distribution of the library.
class Noise {
 public:
  explicit Noise(std::uint32_t seed) : generator_(seed) {}
  double uniform() { return static_cast<double>(generator_()) / 4294967296.0; }
  double around(double centre, double width) { return centre + width * (uniform() + uniform() - 1); }

 private:
  std::mt19937 generator_;
};

std::vector<RegimeBand> regimes() {
  return {{"underactive", std::nullopt, 1.985},
          {"adaptive", 1.985, 2.945},
          {"transition", 2.945, 3.695},
          {"chaotic", 3.695, std::nullopt}};
}

std::string particle_table() {
  ParticleTable table{model, "6 species; I_3 has no spin, I_6 no momentum", {}};
  table.particles = {{"I_0", 0.0, 1240.0, 0.02, 1180.0, 1310.0}, {"I_1", 0.785, 96.0, 1.4, 80.0, 118.0},
                     {"I_2", 0.9, 88.0, 1.7, 70.0, 99.0},        {"I_3", 2.356, 41.5, std::nullopt, {}, {}},
                     {"I_4", 3.1416, 12.25, 2.0, 9.0, 15.0},     {"I_5", 1.571, 30.0, 0.8, 22.0, 47.0},
                     {"I_6", std::nullopt, 3.0, 1.0, {}, {}}};
  return particle_table_figure(table);
}

std::string singular_values() {
  Noise noise(2);
  SingularValueDepth depth{model, "20 modes a layer, 4 followed", {}, {}};
  for (std::size_t layer = 0; layer < layers; ++layer) {
    std::vector<double> values;
    const double growth = layer > 11 && layer < 29 ? 3.5 : 0.02 * static_cast<double>(layer);
    for (int i = 0; i < 20; ++i) {
      values.push_back(std::exp(4 + (i == 0 ? growth : 0.3) - 0.25 * i + noise.around(0, 0.1)));
    }
    depth.values.push_back(values);
  }
  for (std::size_t mode = 0; mode < 4; ++mode) {
    SingularValueThread thread{"mode " + std::to_string(mode), {}};
    for (std::size_t layer = 0; layer < layers; ++layer)
      thread.values.push_back(depth.values[layer][2 * mode]);
    depth.threads.push_back(thread);
  }
  for (std::size_t layer = 20; layer < 24; ++layer) depth.threads[2].values[layer] = undefined;
  depth.threads[3].values[1] = undefined;
  return singular_values_figure(depth);
}

std::string power_spectrum() {
  Noise noise(3);
  PowerSpectrum spectrum{model, "mean over 25 prompts", {}, {}};
  constexpr int momenta = 17;
  for (int k = 0; k < momenta; ++k) spectrum.momenta.push_back(3.14159265 * k / (momenta - 1));
  for (std::size_t layer = 0; layer < layers; ++layer) {
    std::vector<double> row;
    for (int k = 0; k < momenta; ++k)
      row.push_back(std::exp(9 - 0.25 * k + 0.08 * static_cast<double>(layer) + noise.around(0, 0.7)));
    spectrum.power.push_back(row);
  }
  spectrum.power[4][5] = undefined;
  spectrum.power[4][6] = 0;
  return power_spectrum_figure(spectrum);
}

std::string mass_flow() {
  Noise noise(4);
  MassFlow flow{model, "fixed points of 3 of 4 modes", {}};
  const char* types[] = {"IR", "UV", "crossover", "none"};
  for (int mode = 0; mode < 4; ++mode) {
    ModeFlow entry{"I_" + std::to_string(mode), {}, {}, 12 + 6 * mode, types[mode]};
    for (std::size_t layer = 0; layer < layers; ++layer) {
      const double depth = static_cast<double>(layer) / layers;
      entry.running_mass.push_back(0.3 * std::sin(5 * depth + mode) + noise.around(0, 0.01));
    }
    for (std::size_t layer = 0; layer + 1 < layers; ++layer) {
      entry.beta.push_back(entry.running_mass[layer + 1] - entry.running_mass[layer]);
    }
    flow.modes.push_back(entry);
  }
  flow.modes[3].fixed_point.reset();
  return mass_flow_figure(flow);
}

std::string token_trace() {
  Noise noise(5);
  TokenTrace trace{model,
                   "fact-07",
                   "ratio_norm 2.41, adaptive; inside its null",
                   "l2/chordxturning/causal/generated/last",
                   {},
                   {},
                   {},
                   1.62,
                   12};
  const char* words[] = {" Paris", ".",           "\n",    " The", " capital", "<b>",
                         " of",    " Österreich", " 北京", "ing",  "\"",       " is"};
  for (int i = 0; i < 62; ++i) {
    trace.ct.push_back(1.6 + noise.around(0, 0.7) + (noise.uniform() > 0.93 ? 1.6 : 0));
    trace.tokens.emplace_back(words[static_cast<std::size_t>(noise.uniform() * 12)]);
    trace.positions.push_back(14 + i);
  }
  trace.ct[30] = undefined;
  return token_trace_figure(trace);
}

std::string layer_ratio() {
  Noise noise(6);
  LayerRatio ratio{model, "headline: last block, 2.41 [2.20, 2.70]", {}, {}, {}, {}, {}, regimes()};
  for (std::size_t layer = 0; layer < layers; ++layer) {
    const double value = 1.7 + 0.03 * static_cast<double>(layer) + noise.around(0, 0.1);
    ratio.median.push_back(layer == 9 ? undefined : value);
    ratio.low.push_back(layer == 9 ? undefined : value * 0.92);
    ratio.high.push_back(layer == 9 ? undefined : value * 1.1);
    ratio.null_low.push_back(1.6 + 0.02 * static_cast<double>(layer));
    ratio.null_high.push_back(2.1 + 0.02 * static_cast<double>(layer));
  }
  return layer_ratio_figure(ratio);
}

std::string regime_shares() {
  RegimeShares shares{model,
                      "24 runs; the shuffled states would get the same regimes",
                      {"underactive", "adaptive", "transition", "chaotic"},
                      {}};
  shares.rows = {{"observed", {{0.25, 0.1, 0.45}, {0.5, 0.3, 0.7}, {0.125, 0.0, 0.3}, {0.125, 0.02, 0.33}}},
                 {"shuffled states", {{0.3, 0.2, 0.4}, {0.52, {}, {}}, {}, {0.0, 0.0, 0.1}}}};
  return regime_shares_figure(shares);
}

std::string null_ratio() {
  Noise noise(7);
  NullRatios ratios{model, "7 of 24 runs are distinguishable from their shuffled states", {}};
  for (int i = 0; i < 24; ++i) {
    const double mean = noise.around(1.7, 0.2);
    ratios.runs.push_back(
        {"run " + std::to_string(i), noise.around(1.9, 0.6), mean, mean * 0.85, mean * 1.25});
  }
  return null_ratio_figure(ratios);
}

std::string phase_map() {
  PhaseMap map{"Phase map of 11 models",
               "7 % of the variance of log ratio_norm lies between models",
               "l2/chordxturning/causal/generated/last",
               {},
               regimes()};
  map.models = {{"SmolLM2-135M", "SmolLM2", "", 1.62, 2.41, 1.55, 1.7, 2.2, 2.7},
                {"SmolLM2-360M", "SmolLM2", "", 1.66, 2.3, 1.6, 1.73, 2.1, 2.5},
                {"SmolLM2-1.7B", "SmolLM2", "", 1.58, 2.05, {}, {}, 1.9, 2.2},
                {"Pythia-160m@1k", "Pythia", "pythia", 0.7, 6.4, 0.6, 0.8, 4.9, 9.1},
                {"Pythia-160m@8k", "Pythia", "pythia", 1.1, 3.4, 1.0, 1.2, 3.0, 4.1},
                {"Pythia-160m@64k", "Pythia", "pythia", 1.4, 2.6, 1.3, 1.5, 2.3, 2.9},
                {"Pythia-160m@143k", "Pythia", "pythia", 1.45, 2.5, 1.35, 1.52, 2.2, 2.8},
                {"Qwen3-0.6B", "Qwen3", "", 1.3, 1.8, 1.2, 1.4, 1.65, 2.0},
                {"Gemma-3-270M", "Gemma 3", "", 1.8, 18.0, 1.6, 2.0, 7.0, 35.0},
                {"GPT-2 <small> & co", "GPT-2", "", 1.05, 1.62, 1.0, 1.1, 1.5, 1.75},
                {"OPT-125m", "OPT", "", 1.64, 2.44, 1.6, 1.68, 2.3, 2.6}};
  map.intervals = {{"underactive", 1.55, 1.7},
                   {"adaptive", 2.27, 2.92},
                   {"transition", 2.965, 2.975},
                   {"chaotic", 4.42, 35.55}};
  return phase_map_figure(map);
}

std::string pair_divergence() {
  Noise noise(8);
  PairDivergence divergence{model, "controls diverge as much as pairs: AUC 0.55 [0.41, 0.68]",
                            {},    std::vector<double>(layers),
                            {},    {},
                            {},    13};
  for (int pair = 0; pair < 20; ++pair) {
    std::vector<double> curve;
    const double level = noise.uniform();
    for (std::size_t layer = 0; layer < layers; ++layer) {
      const double distance = (static_cast<double>(layer) - 13) / 6;
      curve.push_back(level * (0.01 + 0.05 * std::exp(-distance * distance)) + noise.around(0.005, 0.004));
      divergence.pairs_mean[layer] += curve.back() / 20;
    }
    divergence.pairs.push_back(curve);
  }
  for (std::size_t layer = 0; layer < layers; ++layer) {
    divergence.controls_mean.push_back(0.9 * divergence.pairs_mean[layer]);
    divergence.controls_low.push_back(0.3 * divergence.pairs_mean[layer]);
    divergence.controls_high.push_back(1.9 * divergence.pairs_mean[layer]);
  }
  return pair_divergence_figure(divergence);
}

std::string occupation() {
  Noise noise(9);
  OccupationDynamics dynamics{model, "mean over 20 pairs with 95 % intervals", {}};
  for (int species = 0; species < 4; ++species) {
    SpeciesOccupation entry{"I_" + std::to_string(species), {}, {}};
    for (OccupationCurve* curve : {&entry.grounded, &entry.prone}) {
      for (int step = 0; step < 8; ++step) {
        const double mean = noise.around(40.0 / (1 + species), 4);
        curve->mean.push_back(mean);
        curve->low.push_back(mean * 0.9);
        curve->high.push_back(mean * 1.1);
      }
    }
    dynamics.species.push_back(entry);
  }
  dynamics.species[1].prone.mean[4] = undefined;
  return occupation_figure(dynamics);
}

std::string transition_graph() {
  TransitionGraph graph{
      model, "I_0 leads most steps in both groups", {"I_0", "I_1", "I_2", "I_3", "I_4"}, {}};
  graph.groups = {
      {"grounded", {{60, 10, 4, 0, 0}, {12, 20, 2, 1, 0}, {3, 4, 8, 0, 0}, {1, 0, 1, 2, 0}, {0, 0, 0, 0, 0}}},
      {"prone", {{40, 14, 9, 3, 1}, {10, 15, 6, 2, 0}, {8, 7, 12, 1, 0}, {2, 2, 1, 5, 1}, {1, 0, 0, 1, 0}}}};
  return transition_graph_figure(graph);
}

/// Ten training runs, which is more than there are colours, from step 0 on, with a gap.
std::string training_course() {
  Noise noise(11);
  CoursePanel ratio{"Instability", "ratio_norm", true, false, {}, regimes()};
  CoursePanel count{"Species", "number", false, true, {}, {}};
  for (int run = 0; run < 10; ++run) {
    CourseLine line{"run " + std::to_string(run) + ", seed <1>", {}, {}};
    for (const double step : {0.0, 1.0, 8.0, 64.0, 512.0, 143000.0}) {
      const double value = noise.around(2.5, 0.3);
      line.positions.push_back(step);
      line.points.push_back({value, value * 0.9, value * 1.1});
    }
    line.points[2] = {};
    ratio.lines.push_back(line);
    count.lines.push_back(line);
  }
  return training_course_figure({"ct_t over training", "60 points", {}, {ratio, count}});
}

/// Models side by side.
std::string model_course() {
  CoursePanel panel{"Flux", "mean ct", false, false, {}, {}};
  for (const char* name : {"seed 1", "seed 2"})
    panel.lines.push_back({name, {0, 1}, {{0.4, 0.3, 0.5}, {0.6, std::nullopt, std::nullopt}}});
  return training_course_figure({"ct_t by model", "", {"base", "instruct & more"}, {panel}});
}

}  // namespace

std::vector<ExampleFigure> example_figures() {
  return {{"particle_table", particle_table()},
          {"singular_values", singular_values()},
          {"power_spectrum", power_spectrum()},
          {"mass_flow", mass_flow()},
          {"token_trace", token_trace()},
          {"layer_ratio", layer_ratio()},
          {"regime_shares", regime_shares()},
          {"null_ratio", null_ratio()},
          {"phase_map", phase_map()},
          {"pair_divergence", pair_divergence()},
          {"occupation", occupation()},
          {"transition_graph", transition_graph()},
          {"training_course", training_course()},
          {"model_course", model_course()}};
}

std::vector<ExampleFigure> empty_figures() {
  return {{"particle_table", particle_table_figure({})},
          {"singular_values", singular_values_figure({})},
          {"power_spectrum", power_spectrum_figure({})},
          {"mass_flow", mass_flow_figure({})},
          {"token_trace", token_trace_figure({})},
          {"layer_ratio", layer_ratio_figure({})},
          {"regime_shares", regime_shares_figure({})},
          {"null_ratio", null_ratio_figure({})},
          {"phase_map", phase_map_figure({})},
          {"pair_divergence", pair_divergence_figure({})},
          {"occupation", occupation_figure({})},
          {"transition_graph", transition_graph_figure({})},
          {"training_course", training_course_figure({})}};
}

}  // namespace phasescope::report::testing
