#include "phasescope/report/figures_mass_flow.h"

#include <algorithm>

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

std::string mass_flow_figure(const MassFlow& flow) {
  std::size_t layers = 2;
  for (const ModeFlow& mode : flow.modes) layers = std::max(layers, mode.running_mass.size());
  const double last = static_cast<double>(layers - 1);
  Plot mass({"", AxisKind::integer, -0.5, last + 0.5}, {"running mass (nats per layer)"});
  Plot beta({"layer (0 is the embedding output)", AxisKind::integer, -0.5, last + 0.5},
            {"β = change of mass per layer"});
  mass.y_rule(0, "", {Paint::muted(), 1, Dash::dashed});
  beta.y_rule(0, "", {Paint::muted(), 1, Dash::dashed});
  for (std::size_t i = 0; i < flow.modes.size(); ++i) {
    const ModeFlow& mode = flow.modes[i];
    add_curve(mass, mode.running_mass, mode, i, last);
    add_curve(beta, mode.beta, mode, i, last);
    mass.legend({mode.name, Stroke{Paint::series(i), 2}, Marker{series_marker(i), Paint::series(i), 8}});
  }
  return draw_figure(
      {"Running mass and its fixed points: " + flow.model, flow.finding,
       "Two stacked plots over depth for " + std::to_string(flow.modes.size()) +
           " modes: the running mass above, its change from layer to layer below. Markers stand at "
           "the fixed points, named by type."},
      {mass, beta}, 1, 270);
}

}  // namespace phasescope::report
