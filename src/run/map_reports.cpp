#include "phasescope/run/map_reports.h"

#include "map_figure.h"
#include "regime_reader.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "phasescope/base/configs.h"
#include "phasescope/base/error.h"
#include "phasescope/base/files.h"
#include "phasescope/report/phase_map_json.h"

namespace phasescope::run {
namespace {

using curvature::PhaseMap;

/// NAME=PATH where PATH is there and the whole is not; otherwise a path.
RegimeFile read_argument(const std::string& argument) {
  const auto equals = argument.find('=');
  if (equals == std::string::npos || equals == 0 || std::filesystem::exists(argument))
    return read_regime(argument);
  RegimeFile file = read_regime(argument.substr(equals + 1));
  file.report.model = argument.substr(0, equals);
  file.weights = "named " + file.report.model;
  return file;
}

std::vector<RegimeFile> read_all(const std::vector<std::string>& arguments) {
  if (arguments.empty()) throw Error(ExitClass::usage, "map: no report given");
  std::vector<RegimeFile> files;
  std::set<std::filesystem::path> seen;
  for (const std::string& argument : arguments) {
    files.push_back(read_argument(argument));
    const std::filesystem::path path = std::filesystem::canonical(files.back().report.source);
    if (!seen.insert(std::filesystem::is_directory(path) ? path / "regime.json" : path).second)
      throw Error(ExitClass::usage, argument + ": was named before");
  }
  return files;
}

/// Models of one name but different weights become models of different names.
void tell_models_apart(std::vector<RegimeFile>& files) {
  std::map<std::string, std::set<std::string>> weights_of_name;
  const auto identity = [](const RegimeFile& file) {
    return file.weights.empty() ? file.report.source : file.weights;
  };
  for (const RegimeFile& file : files) weights_of_name[file.report.model].insert(identity(file));
  for (RegimeFile& file : files) {
    if (weights_of_name[file.report.model].size() < 2) continue;
    file.report.model +=
        file.weights.empty() ? " (" + file.report.source + ")" : " #" + file.weights.substr(0, 6);
  }
}

bool same_bands(const curvature::Bands& a, const curvature::Bands& b) {
  const auto same_regime = [](const auto& x, const auto& y) {
    return x.name == y.name && x.low == y.low && x.high == y.high;
  };
  return a.cuts == b.cuts &&
         std::equal(a.regimes.begin(), a.regimes.end(), b.regimes.begin(), b.regimes.end(), same_regime);
}

curvature::Bands common_bands(const MapOptions& options, const std::vector<RegimeFile>& files) {
  if (!options.bands.empty()) return curvature::read_bands(options.bands);
  const RegimeFile& first = files.front();
  for (const RegimeFile& file : files) {
    if (same_bands(file.bands, first.bands)) continue;
    throw Error(ExitClass::usage,
                {file.report.source, "bands", std::nullopt, "found \"" + file.bands.name + "\"",
                 "those of " + first.report.source + ", or --bands FILE for all"});
  }
  return first.bands;
}

report::PublishedShares published_shares() {
  const std::filesystem::path path = configs_folder() / "published/ct_t.json";
  const Json document = read_json_file(path);
  const JsonObject shares = JsonObject(document, path.string()).object("variance_shares");
  return {shares.number("model"), shares.number("category"), shares.number("residual"),
          shares.text("source")};
}

std::optional<std::vector<curvature::PhaseMapRow>> read_baseline(const MapOptions& options) {
  if (options.baseline.empty()) return std::nullopt;
  return report::read_phase_map_rows(read_json_file(options.baseline), options.baseline.string());
}

void write_map_files(const std::filesystem::path& folder, const std::vector<PhaseMap>& maps,
                     const curvature::PhaseMapOptions& options) {
  const report::PublishedShares published = published_shares();
  const Json json = report::phase_maps_to_json(maps, options, published);
  create_folder(folder);
  write_file_atomically(folder / "phase_map.json", json.dump(2) + "\n");
  write_file_atomically(folder / "phase_map.csv", report::phase_maps_to_csv(maps));
  write_file_atomically(folder / "phase_map.svg", phase_map_picture(maps, options.bands, published));
}

/// In the layout of configs/regimes/published.json.
Json bands_file(const curvature::Bands& bands) {
  Json regimes = Json::array();
  for (const auto& regime : bands.regimes)
    regimes.push_back({{"name", regime.name}, {"interval", {regime.low, regime.high}}});
  return {{"schema_version", 1},
          {"name", bands.name},
          {"source", bands.source},
          {"regimes", regimes},
          {"cuts", bands.cuts}};
}

std::optional<curvature::Bands> fitted_bands(const MapOptions& options, const std::vector<PhaseMap>& maps) {
  if (options.fit_bands.empty()) return std::nullopt;
  if (maps.size() > 1) throw Error(ExitClass::usage, "--fit-bands: the reports have several definitions");
  std::vector<double> ratios;
  for (const curvature::PhaseMapRow& row : maps.front().rows) {
    if (row.ratio_norm.value) ratios.push_back(*row.ratio_norm.value);
  }
  return curvature::fit_bands(std::move(ratios), options.fit_bands,
                              "median ratio_norm of " + std::to_string(maps.front().rows.size()) +
                                  " models under " + maps.front().definition);
}

std::vector<PhaseMap> make_maps(const MapOptions& options, const std::vector<RegimeFile>& files,
                                const curvature::PhaseMapOptions& map_options) {
  std::vector<curvature::MapReport> reports;
  for (const RegimeFile& file : files) reports.push_back(file.report);
  if (options.allow_mixed) return make_phase_maps(reports, map_options);
  return {make_phase_map(reports, map_options)};
}

}  // namespace

MapSummary map_reports(const MapOptions& options) {
  std::vector<RegimeFile> files = read_all(options.reports);
  tell_models_apart(files);
  for (std::size_t i = 0; i < options.sources.size(); ++i) files.at(i).report.source = options.sources[i];
  curvature::PhaseMapOptions map_options;
  map_options.bands = common_bands(options, files);
  map_options.bootstrap_draws = options.bootstrap_draws.value_or(files.front().bootstrap_draws);
  map_options.seed = options.seed.value_or(files.front().seed);
  const auto baseline = read_baseline(options);
  const std::vector<PhaseMap> maps = make_maps(options, files, map_options);
  const curvature::GateValues values = gate_values(maps, baseline);
  std::optional<curvature::GateExpression> gate;
  if (!options.fail_if.empty()) gate.emplace(options.fail_if, values);

  const auto fitted = fitted_bands(options, maps);
  write_map_files(options.output, maps, map_options);
  if (fitted) write_file_atomically(options.output / "bands.json", bands_file(*fitted).dump(2) + "\n");
  MapSummary summary;
  summary.folder = options.output;
  summary.definitions = maps.size();
  for (const PhaseMap& map : maps) {
    summary.models += map.rows.size();
    summary.notes.insert(summary.notes.end(), map.notes.begin(), map.notes.end());
  }
  if (baseline) summary.changes = changes_since(maps, *baseline);
  if (gate) summary.gate = gate->holds(values);
  return summary;
}

}  // namespace phasescope::run
