#include "phasescope/report/figures_occupation.h"

#include "phasescope/report/plot.h"

namespace phasescope::report {
namespace {

void add_curve(Plot& plot, const OccupationCurve& curve, std::size_t series, const std::string& name) {
  const Values steps = counting(curve.mean.size());
  const Stroke stroke{Paint::series(series), 2, series == 0 ? Dash::solid : Dash::dashed};
  const Marker marker{series_marker(series), Paint::series(series), 6};
  if (!curve.low.empty()) plot.band(steps, curve.low, curve.high, {Paint::series(series), 0.2});
  plot.line(steps, curve.mean, stroke);
  plot.points(steps, curve.mean, marker);
  if (!name.empty()) plot.legend({name, stroke, marker});
}

}  // namespace

std::string occupation_figure(const OccupationDynamics& dynamics) {
  const std::size_t columns = dynamics.species.size() > 1 ? 2 : 1;
  std::vector<Plot> plots;
  for (std::size_t i = 0; i < dynamics.species.size(); ++i) {
    const SpeciesOccupation& species = dynamics.species[i];
    const bool last_row = i + columns >= dynamics.species.size();
    Plot plot({last_row ? "generation step" : "", AxisKind::integer}, {"occupation (σ |cos|)"});
    plot.title(species.species);
    add_curve(plot, species.grounded, 0, i < columns ? "grounded" : "");
    add_curve(plot, species.prone, 1, i < columns ? "prone" : "");
    plots.push_back(plot);
  }
  return draw_figure(
      {"Occupation during generation: " + dynamics.model, dynamics.finding,
       "Small plots for " + std::to_string(plots.size()) +
           " species: mean occupation over generation steps, grounded prompts against prone ones."},
      plots, columns, columns == 1 ? 340 : 220);
}

}  // namespace phasescope::report
