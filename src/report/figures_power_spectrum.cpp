#include "phasescope/report/figures_power_spectrum.h"

#include <algorithm>
#include <cmath>

#include "phasescope/report/plot.h"

namespace phasescope::report {
namespace {

/// Cell edges half-way between the centres.
Values edges_between(const std::vector<double>& centres) {
  if (centres.size() < 2)
    return {centres.empty() ? -0.5 : centres[0] - 0.5, centres.empty() ? 0.5 : centres[0] + 0.5};
  Values edges{centres[0] - (centres[1] - centres[0]) / 2};
  for (std::size_t i = 1; i < centres.size(); ++i) edges.push_back((centres[i - 1] + centres[i]) / 2);
  edges.push_back(centres.back() + (centres.back() - edges.back()));
  return edges;
}

ColourBar range_of(const std::vector<std::vector<double>>& power) {
  ColourBar bar{"power", 0, 0, true};
  for (const auto& row : power) {
    for (const double value : row) {
      if (!std::isfinite(value) || value <= 0) continue;
      bar.low = bar.low == 0 ? value : std::min(bar.low, value);
      bar.high = std::max(bar.high, value);
    }
  }
  if (bar.low == 0) bar.low = 1;
  if (bar.high <= bar.low) bar.high = 10 * bar.low;
  return bar;
}

}  // namespace

std::string power_spectrum_figure(const PowerSpectrum& spectrum) {
  const std::size_t layers = spectrum.power.size();
  Values layer_edges;
  for (std::size_t i = 0; i <= layers; ++i) layer_edges.push_back(static_cast<double>(i) - 0.5);
  const Values momentum_edges = edges_between(spectrum.momenta);
  Plot plot(
      {"momentum (radians per token)", AxisKind::angle, momentum_edges.front(), momentum_edges.back()},
      {"layer (0 is the embedding output)", AxisKind::integer, -0.5, static_cast<double>(layers) - 0.5});
  if (layers > 0) plot.heat_map(momentum_edges, layer_edges, spectrum.power, range_of(spectrum.power));
  return draw_figure({"Power spectrum: " + spectrum.model, spectrum.finding,
                      "Heat map of the power of the field: " + std::to_string(spectrum.momenta.size()) +
                          " momenta across, " + std::to_string(layers) +
                          " layers upwards, power as colour on a logarithmic scale."},
                     {plot}, 1, 400);
}

}  // namespace phasescope::report
