#include "phasescope/report/figures_phase_map.h"

#include <algorithm>
#include <map>
#include <utility>

namespace phasescope::report {
namespace {

/// Families in order of first appearance.
std::vector<std::string> families_of(const std::vector<PhaseMapModel>& models) {
  std::vector<std::string> families;
  for (const PhaseMapModel& model : models) {
    if (std::find(families.begin(), families.end(), model.family) == families.end())
      families.push_back(model.family);
  }
  return families;
}

AxisEnds ratio_ends(const std::vector<PhaseMapModel>& models) {
  Values ratios;
  for (const PhaseMapModel& model : models) {
    ratios.push_back(model.ratio);
    ratios.push_back(model.ratio_low.value_or(model.ratio));
    ratios.push_back(model.ratio_high.value_or(model.ratio));
  }
  return ratio_axis_ends({&ratios});
}

void add_trajectories(Plot& plot, const PhaseMap& map, const std::vector<std::string>& families) {
  std::map<std::string, std::pair<Values, Values>> paths;
  std::map<std::string, std::string> family_of_path;
  for (const PhaseMapModel& model : map.models) {
    if (model.trajectory.empty()) continue;
    paths[model.trajectory].first.push_back(model.flux);
    paths[model.trajectory].second.push_back(model.ratio);
    family_of_path[model.trajectory] = model.family;
  }
  for (const auto& [name, path] : paths) {
    const auto family = std::find(families.begin(), families.end(), family_of_path[name]) - families.begin();
    plot.line(path.first, path.second,
              {Paint::series(static_cast<std::size_t>(family)), 1.6, Dash::dashed, 0.8});
  }
}

void add_model(Plot& plot, const PhaseMapModel& model, std::size_t family) {
  const Stroke bar{Paint::series(family), 1.2, Dash::solid, 0.85};
  if (model.flux_low && model.flux_high)
    plot.x_intervals({model.ratio}, {*model.flux_low}, {*model.flux_high}, bar);
  if (model.ratio_low && model.ratio_high) {
    plot.y_intervals({model.flux}, {*model.ratio_low}, {*model.ratio_high}, bar);
  }
  Marker marker{series_marker(family), Paint::series(family), 10};
  marker.outlined = true;
  plot.points({model.flux}, {model.ratio}, marker);
}

std::vector<std::pair<Point, Point>> bars_of(const std::vector<PhaseMapModel>& models) {
  std::vector<std::pair<Point, Point>> bars;
  for (const PhaseMapModel& model : models) {
    if (model.flux_low && model.flux_high)
      bars.push_back({{*model.flux_low, model.ratio}, {*model.flux_high, model.ratio}});
    if (model.ratio_low && model.ratio_high)
      bars.push_back({{model.flux, *model.ratio_low}, {model.flux, *model.ratio_high}});
  }
  return bars;
}

void add_labels(Plot& plot, const std::vector<PhaseMapModel>& models) {
  Values x;
  Values y;
  std::vector<std::string> names;
  for (const PhaseMapModel& model : models) {
    if (model.name.empty()) continue;
    x.push_back(model.flux);
    y.push_back(model.ratio);
    names.push_back(model.name);
  }
  if (!names.empty()) plot.labels(x, y, names, bars_of(models));
}

/// The intervals over the bands, without their names.
void add_intervals(Plot& plot, const PhaseMap& map) {
  for (std::size_t i = 0; i < map.intervals.size(); ++i) {
    const RegimeBand& interval = map.intervals[i];
    plot.stripe(interval.low.value_or(0), interval.high.value_or(0), "", {regime_paint(i), 0.2});
  }
}

Plot plane_of(const PhaseMap& map) {
  const AxisEnds ends = ratio_ends(map.models);
  const std::vector<std::string> families = families_of(map.models);
  Plot plot({"flux: mean ct (" + map.ct_id + ")"},
            {"instability: ratio_norm (maximum / mean of ct)", AxisKind::logarithmic, ends.low, ends.high});
  add_regime_bands(plot, map.regimes, ends.low, ends.high);
  add_intervals(plot, map);
  add_trajectories(plot, map, families);
  for (const PhaseMapModel& model : map.models) {
    const auto family = std::find(families.begin(), families.end(), model.family) - families.begin();
    add_model(plot, model, static_cast<std::size_t>(family));
  }
  add_labels(plot, map.models);
  for (std::size_t i = 0; i < families.size(); ++i) {
    Marker marker{series_marker(i), Paint::series(i), 9};
    marker.outlined = true;
    plot.legend({families[i], std::nullopt, marker});
  }
  if (!map.intervals.empty())
    plot.legend({"darker: interval of the regime", std::nullopt, std::nullopt, Fill{Paint::muted(), 0.35}});
  return plot;
}

}  // namespace

std::string phase_map_figure(const PhaseMap& map) {
  return phase_maps_figure({map});
}

std::string phase_maps_figure(const std::vector<PhaseMap>& maps) {
  if (maps.empty()) return phase_map_figure({});
  std::vector<Plot> planes;
  for (const PhaseMap& map : maps) {
    planes.push_back(plane_of(map));
    if (maps.size() > 1) planes.back().title(map.ct_id);
  }
  return draw_figure(
      {maps.front().title, maps.front().finding,
       "Scatter plot of " + std::to_string(maps.front().models.size()) + " " + maps.front().noun +
           ": flux (mean ct) across, instability (ratio_norm) upwards on a logarithmic scale, "
           "with 95 % intervals and the regimes as named bands."},
      planes, 1, 480);
}

}  // namespace phasescope::report
