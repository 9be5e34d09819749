#pragma once

#include <string>
#include <vector>

namespace phasescope::report {

/// Mean occupation over the prompts of one group with its interval, one entry a generation step; entries that
/// are not finite are undefined.
struct OccupationCurve {
  std::vector<double> mean;
  std::vector<double> low;  ///< empty when there is no interval
  std::vector<double> high;
};

struct SpeciesOccupation {
  std::string species;
  OccupationCurve grounded;
  OccupationCurve prone;
};

struct OccupationDynamics {
  std::string model;
  std::string finding;
  std::vector<SpeciesOccupation> species;
};

/// Small multiples, one a species: occupation over generation steps, grounded against prone.
std::string occupation_figure(const OccupationDynamics& dynamics);

}  // namespace phasescope::report
