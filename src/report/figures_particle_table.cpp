#include "phasescope/report/figures_particle_table.h"

#include <algorithm>
#include <utility>

#include "phasescope/report/plot.h"

namespace phasescope::report {
namespace {

void add_particle(Plot& plot, const ParticlePoint& particle, const ColourBar& spins) {
  const double momentum = *particle.momentum;
  const double amplitude = *particle.amplitude;
  if (particle.amplitude_low && particle.amplitude_high) {
    plot.y_intervals({momentum}, {*particle.amplitude_low}, {*particle.amplitude_high},
                     {Paint::muted(), 1.2});
  }
  Marker marker{MarkerShape::circle, Paint::muted(), 12};
  marker.hollow = !particle.spin.has_value();
  marker.outlined = true;
  if (particle.spin) marker.paint = Paint::fixed(spins.colour(*particle.spin));
  plot.points({momentum}, {amplitude}, marker);
}

}  // namespace

namespace {

/// One panel; returns how many particles lack a number.
std::size_t add_particles(Plot& plot, const std::vector<ParticlePoint>& particles, const ColourBar& spins) {
  Values momenta;
  Values amplitudes;
  std::vector<std::string> names;
  for (const ParticlePoint& particle : particles) {
    if (!particle.momentum || !particle.amplitude) continue;
    add_particle(plot, particle, spins);
    momenta.push_back(*particle.momentum);
    amplitudes.push_back(*particle.amplitude);
    names.push_back(particle.name);
  }
  plot.labels(momenta, amplitudes, names);
  return particles.size() - names.size();
}

/// The amplitudes of both panels, so that they share an axis; nothing when there are none.
std::optional<std::pair<double, double>> amplitude_range(const ParticleTable& table) {
  std::optional<std::pair<double, double>> range;
  for (const auto* list : {&table.particles, &table.estimates}) {
    for (const ParticlePoint& particle : *list) {
      if (!particle.momentum || !particle.amplitude || !(*particle.amplitude > 0)) continue;
      const double low = particle.amplitude_low.value_or(*particle.amplitude);
      const double high = particle.amplitude_high.value_or(*particle.amplitude);
      range = range ? std::pair{std::min(range->first, low), std::max(range->second, high)}
                    : std::pair{low, high};
    }
  }
  return range;
}

}  // namespace

std::string particle_table_figure(const ParticleTable& table) {
  const ColourBar spins{"spin", 0, 2};
  const bool both = !table.estimates.empty();
  const auto range = amplitude_range(table);
  Axis amplitude{"amplitude (mean singular value)", AxisKind::logarithmic};
  if (both && range) {
    amplitude.low = range->first / 1.6;
    amplitude.high = range->second * 1.6;
  }
  const Axis momentum{"momentum (radians per token)", AxisKind::angle, -0.25, 3.4};
  Plot published(momentum, amplitude);
  std::size_t left_out = add_particles(published, table.particles, spins);
  std::vector<Plot> plots{published};
  if (both) {
    plots.front().title("published: k of the fastest growth, one prompt");
    Plot estimated({"power peak |k| (radians per token)", AxisKind::angle, -0.25, 3.4},
                   {"", AxisKind::logarithmic, amplitude.low, amplitude.high});
    left_out += add_particles(estimated, table.estimates, spins);
    plots.push_back(estimated.title("estimated: medians over prompts, 95 %"));
  }
  plots.back().colour_bar(spins);
  const std::size_t shown = table.particles.size() + table.estimates.size() - left_out;
  std::string description =
      "Scatter plot of " + std::to_string(shown) +
      " species: momentum across, amplitude upwards on a logarithmic scale, spin as colour.";
  if (both) description += " The published catalog is on the left, the sound estimates on the right.";
  if (left_out > 0)
    description += " " + std::to_string(left_out) + " species without both numbers are left out.";
  return draw_figure({"Particle table: " + table.model, table.finding, description}, plots, plots.size(), 400,
                     both ? 980 : 760);
}

}  // namespace phasescope::report
