#pragma once

#include <optional>
#include <string>
#include <vector>

namespace phasescope::report {

/// One species of the catalog. Undefined numbers are absent.
struct ParticlePoint {
  std::string name;
  std::optional<double> momentum;       ///< radians per token
  std::optional<double> amplitude;      ///< of a singular value, positive
  std::optional<double> spin;           ///< 0 to 2
  std::optional<double> amplitude_low;  ///< interval, if there is one
  std::optional<double> amplitude_high;
};

struct ParticleTable {
  std::string model;
  std::string finding;                        ///< one sentence under the title, or ""
  std::vector<ParticlePoint> particles;       ///< of the published catalog
  std::vector<ParticlePoint> estimates = {};  ///< the sound estimates; empty: one panel only
};

/// Particle table: momentum against amplitude (logarithmic), spin as colour; published and estimated species
/// side by side.
std::string particle_table_figure(const ParticleTable& table);

}  // namespace phasescope::report
