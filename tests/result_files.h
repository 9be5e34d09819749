#pragma once

#include <set>
#include <string>
#include <vector>

namespace phasescope::testing {

/// Names of everything that a finished run leaves in its folder, states apart. `analyses`: ct, species,
/// pairs, dynamics, those that were computed on the way included.
inline std::set<std::string> result_files(const std::set<std::string>& analyses, bool detail) {
  std::set<std::string> names = {"manifest.json", "samples.jsonl"};
  const auto add = [&](const char* analysis, const std::vector<std::string>& files) {
    if (analyses.count(analysis) > 0) names.insert(files.begin(), files.end());
  };
  add("ct", {"regime.json", "figures/ct_trace.svg", "figures/ct_trace_highest.svg", "figures/ct_layers.svg",
             "figures/ct_regimes.svg", "figures/ct_null.svg", "figures/ct_plane.svg"});
  add("species", {"species.json", "tables/catalog.csv", "tables/species.csv", "figures/particle_table.svg",
                  "figures/singular_values.svg", "figures/power_spectrum.svg", "figures/running_mass.svg"});
  add("pairs",
      {"diagnostics.json", "tables/pairs.csv", "tables/measures.csv", "figures/pair_divergence.svg"});
  add("dynamics", {"diagnostics.json", "tables/trajectory.csv", "tables/transitions.csv",
                   "figures/occupation.svg", "figures/transitions.svg"});
  if (detail) add("ct", {"steps.jsonl"});
  if (detail) add("species", {"detail.json"});
  return names;
}

}  // namespace phasescope::testing
