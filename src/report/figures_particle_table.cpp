#include "phasescope/report/figures_particle_table.h"

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

std::string particle_table_figure(const ParticleTable& table) {
  const ColourBar spins{"spin", 0, 2};
  Plot plot({"momentum (radians per token)", AxisKind::angle, -0.12, 3.3},
            {"amplitude (mean singular value)", AxisKind::logarithmic});
  Values momenta;
  Values amplitudes;
  std::vector<std::string> names;
  std::size_t left_out = 0;
  for (const ParticlePoint& particle : table.particles) {
    if (!particle.momentum || !particle.amplitude) {
      ++left_out;
      continue;
    }
    add_particle(plot, particle, spins);
    momenta.push_back(*particle.momentum);
    amplitudes.push_back(*particle.amplitude);
    names.push_back(particle.name);
  }
  plot.labels(momenta, amplitudes, names).colour_bar(spins);
  std::string description =
      "Scatter plot of " + std::to_string(names.size()) +
      " species: momentum across, amplitude upwards on a logarithmic scale, spin as colour.";
  if (left_out > 0)
    description += " " + std::to_string(left_out) + " species without both numbers are left out.";
  return draw_figure({"Particle table: " + table.model, table.finding, description}, {plot}, 1, 400);
}

}  // namespace phasescope::report
