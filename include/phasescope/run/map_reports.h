#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "phasescope/base/json.h"
#include "phasescope/curvature/phase_map.h"

namespace phasescope::run {

/// A phase map over finished reports.
struct MapOptions {
  std::vector<std::string> reports;  ///< run folders or regime.json files, or NAME=either
  std::vector<std::string> sources;  ///< what the map calls these files, one each; empty: their paths
  std::filesystem::path output;
  std::filesystem::path bands;  ///< empty: those of the reports, which must agree
  bool allow_mixed = false;     ///< several definitions, each in a map of its own
  std::filesystem::path baseline;
  std::vector<std::string> fit_bands;          ///< names of regimes to fit to the rows; empty: none
  std::string fail_if;                         ///< a gate expression; empty: none
  std::optional<std::size_t> bootstrap_draws;  ///< absent: as the first report
  std::optional<std::uint64_t> seed;           ///< absent: as the first report
};

struct MapSummary {
  std::filesystem::path folder;
  std::size_t models = 0;
  std::size_t definitions = 0;
  std::vector<std::string> notes;
  std::optional<std::vector<std::string>> changes;  ///< since the baseline, where there is one
  std::optional<bool> gate;                         ///< whether the expression holds, where there is one
};

/// Writes phase_map.json, phase_map.csv and phase_map.svg, bands.json where bands are to be fitted, and
/// judges the gate. The expression is read before anything is written. Errors: usage for reports of different
/// definitions or bands, a report named twice, or a wrong expression; input_file for a wrong report or
/// baseline; environment where one cannot be read; numerics, after writing, where the gate needs a number
/// that is undefined.
MapSummary map_reports(const MapOptions& options);

}  // namespace phasescope::run
