#include "phasescope/intelliton/rounding.h"

#include <array>
#include <charconv>
#include <cmath>

namespace phasescope::intelliton {
namespace {

std::optional<double> rounded(const std::optional<double>& value, int decimals) {
  return value ? std::optional<double>(intelliton::rounded(*value, decimals)) : std::nullopt;
}

}  // namespace

double rounded(double value, int decimals) {
  if (!std::isfinite(value)) return value;
  std::array<char, 400> text;  // the largest double has 309 digits before the point
  const auto written =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, decimals);
  double result = value;
  std::from_chars(text.data(), written.ptr, result);
  return result;
}

Species rounded(const Species& species) {
  Species result = species;
  result.vector.resize(0);
  result.amplitude = rounded(species.amplitude, 2);
  result.pole_mass = rounded(species.pole_mass, 4);
  result.lattice_mass = rounded(species.lattice_mass, 4);
  result.bare_mass = rounded(species.bare_mass, 4);
  result.renormalized_mass = rounded(species.renormalized_mass, 4);
  result.momentum = rounded(species.momentum, 3);
  result.spin = rounded(species.spin, 2);
  result.helicity = rounded(species.helicity, 2);
  result.anomalous_dimension = rounded(species.anomalous_dimension, 3);
  result.wavefunction_z = rounded(species.wavefunction_z, 3);
  result.exponential_r2 = rounded(species.exponential_r2, 3);
  result.dispersion_r2 = rounded(species.dispersion_r2, 3);
  result.group_velocity = rounded(species.group_velocity, 3);
  return result;
}

}  // namespace phasescope::intelliton
