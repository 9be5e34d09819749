#include "phasescope/report/figures_layer_ratio.h"

namespace phasescope::report {
std::string layer_ratio_figure(const LayerRatio& ratio) {
  const AxisEnds ends =
      ratio_axis_ends({&ratio.median, &ratio.low, &ratio.high, &ratio.null_low, &ratio.null_high});
  Plot plot({"layer (0 is the embedding output)", AxisKind::integer},
            {"ratio_norm (maximum / mean of ct)", AxisKind::logarithmic, ends.low, ends.high});
  add_regime_bands(plot, ratio.regimes, ends.low, ends.high);
  const Values layers = counting(ratio.median.size());
  if (!ratio.null_low.empty()) {
    const Stroke edge{Paint::muted(), 1.4, Dash::dashed};
    const Fill shade{Paint::muted(), 0.12};
    plot.band(layers, ratio.null_low, ratio.null_high, shade);
    plot.line(layers, ratio.null_low, edge).line(layers, ratio.null_high, edge);
    plot.legend({"95 % of shuffled states", edge, std::nullopt, shade});
  }
  const Stroke stroke{Paint::series(0), 2};
  if (!ratio.low.empty()) {
    const Fill shade{Paint::series(0), 0.3};
    plot.band(layers, ratio.low, ratio.high, shade);
    plot.legend({"95 % interval", std::nullopt, std::nullopt, shade});
  }
  plot.line(layers, ratio.median, stroke);
  plot.points(layers, ratio.median, {MarkerShape::circle, Paint::series(0), 4.5});
  plot.legend({"median over runs", stroke});
  return draw_figure({"ratio_norm by layer: " + ratio.model, ratio.finding,
                      "Line plot of the median ratio_norm over " + std::to_string(ratio.median.size()) +
                          " layers on a logarithmic scale, with the regimes as named bands."},
                     {plot}, 1, 380);
}

}  // namespace phasescope::report
