#include "phasescope/report/figures_pair_divergence.h"

#include "phasescope/report/plot.h"

namespace phasescope::report {
namespace {

void add_controls(Plot& plot, const PairDivergence& divergence) {
  if (divergence.controls_mean.empty()) return;
  const Values layers = counting(divergence.controls_mean.size());
  const Fill shade{Paint::muted(), 0.28};
  const Stroke stroke{Paint::muted(), 2, Dash::dashed};
  plot.band(layers, divergence.controls_low, divergence.controls_high, shade);
  plot.line(layers, divergence.controls_mean, stroke);
  plot.legend({"grounded/grounded controls: mean and 95 %", stroke, std::nullopt, shade});
}

}  // namespace

std::string pair_divergence_figure(const PairDivergence& divergence) {
  Plot plot({"layer (0 is the embedding output)", AxisKind::integer}, {"Jensen–Shannon divergence (nats)"});
  add_controls(plot, divergence);
  const Stroke thin{Paint::series(1), 0.9, Dash::solid, 0.35};
  const Stroke thick{Paint::series(1), 2.6};
  for (const auto& pair : divergence.pairs) plot.line(counting(pair.size()), pair, thin);
  plot.line(counting(divergence.pairs_mean.size()), divergence.pairs_mean, thick);
  plot.legend({"grounded/prone pairs (" + std::to_string(divergence.pairs.size()) + ")", thin});
  plot.legend({"their mean", thick});
  if (divergence.critical_layer) {
    plot.x_rule(static_cast<double>(*divergence.critical_layer),
                "critical layer " + std::to_string(*divergence.critical_layer),
                {Paint::ink(), 1.2, Dash::dotted});
  }
  return draw_figure({"Divergence of grounded and prone prompts: " + divergence.model, divergence.finding,
                      "Divergence over depth of " + std::to_string(divergence.pairs.size()) +
                          " pairs of prompts and their mean, against the band of control pairs."},
                     {plot}, 1, 380);
}

}  // namespace phasescope::report
