#include "phasescope/sweep/sweep_plan.h"

#include <map>

#include "phasescope/base/version.h"
#include "phasescope/run/manifest.h"
#include "phasescope/run/plan.h"

namespace phasescope::sweep {
namespace {

/// Each set is read once, however many points use it; one that is wrong is found before anything runs.
Json prompt_digests(const std::vector<Point>& points) {
  std::map<std::string, std::string> digests;
  for (const Point& point : points) {
    for (const run::PromptSource& source : point.options.prompts) {
      std::string& digest = digests[source.set];
      if (digest.empty()) digest = run::find_prompt_set(source.set).sha256;
    }
  }
  return digests;
}

Json bands_digests(const std::vector<Point>& points) {
  std::map<std::string, Json> digests;
  for (const Point& point : points) {
    const std::string file = point.options.ct.bands.string();
    if (!file.empty() && digests.count(file) == 0) digests[file] = run::bands_digest(point.options.ct);
  }
  return digests;
}

Json points_to_json(const std::vector<Point>& points) {
  Json list = Json::array();
  for (const Point& point : points) {
    Json options = run::options_to_json(point.options);
    options.erase("model");  // the digests in the journal say which it is, however its path was typed
    options.erase("revision");
    list.push_back(
        {{"name", point.name}, {"model", point.model}, {"axes", point.values}, {"options", options}});
  }
  return list;
}

/// The models' labels, expanded, and the values of the other axes.
Json axes_to_json(const SweepPlan& plan) {
  Json list = Json::array();
  for (const Axis& axis : plan.axes) {
    Json values = Json::array();
    if (axis.option == "model") {
      for (const Point& point : plan.points)
        if (values.empty() || values.back() != point.model) values.push_back(point.model);
    } else {
      for (const AxisValue& value : axis.values) values.push_back(value.value);
    }
    list.push_back({{"option", axis.option}, {"values", values}});
  }
  return list;
}

}  // namespace

SweepPlan make_sweep_plan(const std::filesystem::path& file, const OptionsReader& reader) {
  const SweepFile read = read_sweep_file(file);
  SweepPlan plan;
  plan.axes = read.axes;
  plan.points = make_points(read, reader);
  plan.identity = {{"version", kVersion},
                   {"prompts", prompt_digests(plan.points)},
                   {"bands", bands_digests(plan.points)},
                   {"axes", axes_to_json(plan)},
                   {"points", points_to_json(plan.points)}};
  return plan;
}

}  // namespace phasescope::sweep
