#include "map_figure.h"

#include <algorithm>
#include <cstdio>
#include <limits>

#include "phasescope/curvature/training_order.h"
#include "phasescope/report/figures_phase_map.h"

namespace phasescope::run {
namespace {

using curvature::PhaseMap;
using curvature::PhaseMapRow;

std::vector<curvature::TrainingPath> paths_of(const PhaseMap& map) {
  std::vector<std::string> names;
  for (const PhaseMapRow& row : map.rows) names.push_back(row.model);
  return curvature::training_paths(names);
}

report::PhaseMapModel model_of(const PhaseMapRow& row) {
  report::PhaseMapModel model;
  model.name = row.model;
  model.family = row.family.empty() ? "unknown family" : row.family;
  model.flux = row.mean_ct.value.value_or(std::numeric_limits<double>::quiet_NaN());
  model.ratio = row.ratio_norm.value.value_or(std::numeric_limits<double>::quiet_NaN());
  model.flux_low = row.mean_ct.low;
  model.flux_high = row.mean_ct.high;
  model.ratio_low = row.ratio_norm.low;
  model.ratio_high = row.ratio_norm.high;
  return model;
}

/// Rows outside training runs in their order, then the checkpoints of each training run in theirs.
std::vector<report::PhaseMapModel> models_of(const PhaseMap& map) {
  std::vector<report::PhaseMapModel> models;
  const auto paths = paths_of(map);
  const auto in_path = [&](const PhaseMapRow& row) {
    return std::any_of(paths.begin(), paths.end(), [&](const auto& path) {
      return std::find(path.models.begin(), path.models.end(), row.model) != path.models.end();
    });
  };
  for (const PhaseMapRow& row : map.rows) {
    if (!in_path(row)) models.push_back(model_of(row));
  }
  for (const auto& path : paths) {
    for (const std::string& name : path.models) {
      const auto row = std::find_if(map.rows.begin(), map.rows.end(),
                                    [&](const PhaseMapRow& other) { return other.model == name; });
      models.push_back(model_of(*row));
      models.back().trajectory = path.training.empty() ? "training run" : path.training;
    }
  }
  return models;
}

std::string finding_of(const PhaseMap& map, const report::PublishedShares& published) {
  std::string text;
  const auto add = [&](const std::string& term, double share_published) {
    for (const stats::VarianceRow& row : map.log_ratio.rows) {
      if (row.term != term || !row.omega_squared) continue;
      char share[96];
      std::snprintf(share, sizeof share, "%s %.0f %% (published %.0f %%)", term.c_str(),
                    100 * *row.omega_squared, 100 * share_published);
      text += (text.empty() ? "omega² of log ratio_norm: " : ", ") + std::string(share);
    }
  };
  add("model", published.model);
  add("category", published.category);
  return text;
}

report::PhaseMap plane_of(const PhaseMap& map, const curvature::Bands& bands,
                          const report::PublishedShares& published) {
  report::PhaseMap plane;
  plane.title =
      "Phase map of " + std::to_string(map.rows.size()) + (map.rows.size() == 1 ? " model" : " models");
  plane.finding = finding_of(map, published);
  plane.ct_id = map.definition;
  plane.models = models_of(map);
  for (std::size_t i = 0; i < bands.regimes.size(); ++i) {
    const auto& regime = bands.regimes[i];
    report::RegimeBand band{regime.name};
    if (i > 0) band.low = bands.cuts[i - 1];
    if (i < bands.cuts.size()) band.high = bands.cuts[i];
    plane.regimes.push_back(band);
    plane.intervals.push_back({regime.name, regime.low, regime.high});
  }
  return plane;
}

}  // namespace

std::string phase_map_picture(const std::vector<PhaseMap>& maps, const curvature::Bands& bands,
                              const report::PublishedShares& published) {
  std::vector<report::PhaseMap> planes;
  for (const PhaseMap& map : maps) planes.push_back(plane_of(map, bands, published));
  return report::phase_maps_figure(planes);
}

}  // namespace phasescope::run
