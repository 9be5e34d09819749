#include "phasescope/report/figures_mass_flow.h"

#include <algorithm>
#include <utility>

#include "phasescope/report/plot.h"

namespace phasescope::report {
namespace {

void add_curve(Plot& plot, const std::vector<double>& values, const ModeFlow& mode, std::size_t index,
               double largest_layer) {
  const Stroke stroke{Paint::series(index), 2};
  plot.line(counting(values.size()), values, stroke);
  if (!mode.fixed_point || *mode.fixed_point < 0) return;
  const auto layer = static_cast<std::size_t>(*mode.fixed_point);
  if (layer >= values.size()) return;
  Marker marker{series_marker(index), Paint::series(index), 10};
  marker.outlined = true;
  const double x = static_cast<double>(layer);
  plot.points({x}, {values[layer]}, marker);
  TextStyle style{11, Paint::series(index)};
  style.haloed = true;
  style.bold = true;
  plot.note({x, values[layer]}, mode.fixed_point_type, x > 0.9 * largest_layer ? Side::left : Side::right,
            style, 9);
}

}  // namespace

namespace {

std::size_t layers_of(const MassFlow& flow) {
  std::size_t layers = 2;
  for (const auto* list : {&flow.modes, &flow.estimates}) {
    for (const ModeFlow& mode : *list) layers = std::max(layers, mode.running_mass.size());
  }
  return layers;
}

/// Running mass and beta of one column.
std::pair<Plot, Plot> column_of(const std::vector<ModeFlow>& modes, double last, bool labelled) {
  Plot mass({"", AxisKind::integer, -0.5, last + 0.5}, {labelled ? "running mass (nats per layer)" : ""});
  Plot beta({"layer (0 is the embedding output)", AxisKind::integer, -0.5, last + 0.5},
            {labelled ? "β = change of mass per layer" : ""});
  mass.y_rule(0, "", {Paint::muted(), 1, Dash::dashed});
  beta.y_rule(0, "", {Paint::muted(), 1, Dash::dashed});
  for (std::size_t i = 0; i < modes.size(); ++i) {
    const ModeFlow& mode = modes[i];
    if (!mode.running_mass_low.empty()) {
      mass.band(counting(mode.running_mass.size()), mode.running_mass_low, mode.running_mass_high,
                {Paint::series(i), 0.18});
    }
    add_curve(mass, mode.running_mass, mode, i, last);
    add_curve(beta, mode.beta, mode, i, last);
    mass.legend({mode.name, Stroke{Paint::series(i), 2}, Marker{series_marker(i), Paint::series(i), 8}});
  }
  return {mass, beta};
}

}  // namespace

std::string mass_flow_figure(const MassFlow& flow) {
  const double last = static_cast<double>(layers_of(flow) - 1);
  auto [mass, beta] = column_of(flow.modes, last, true);
  std::vector<Plot> plots{mass, beta};
  if (!flow.estimates.empty()) {
    auto [median_mass, median_beta] = column_of(flow.estimates, last, false);
    mass.title("published: one prompt, by rank");
    median_mass.title("estimated: matched modes, median and 95 %");
    plots = {mass, median_mass, beta, median_beta};
  }
  const std::size_t columns = plots.size() / 2;
  return draw_figure(
      {"Running mass and its fixed points: " + flow.model, flow.finding,
       "Stacked plots over depth for " + std::to_string(flow.modes.size()) +
           " modes: the running mass above, its change from layer to layer below. Markers stand at "
           "the fixed points, named by type."},
      plots, columns, 270, columns == 2 ? 980 : 760);
}

}  // namespace phasescope::report
