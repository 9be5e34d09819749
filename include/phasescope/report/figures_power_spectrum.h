#pragma once

#include <string>
#include <vector>

namespace phasescope::report {

struct PowerSpectrum {
  std::string model;
  std::string finding;
  std::vector<double> momenta;             ///< ascending, radians per token
  std::vector<std::vector<double>> power;  ///< [layer][momentum], positive; others are left blank
};

/// Power of the field over layer and momentum as a heat map with a logarithmic colour scale.
std::string power_spectrum_figure(const PowerSpectrum& spectrum);

}  // namespace phasescope::report
