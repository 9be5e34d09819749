#include "merged_figures.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "phasescope/base/files.h"
#include "phasescope/report/figures_training_course.h"
#include "phasescope/run/map_reports.h"

namespace phasescope::sweep {
namespace {

/// A panel of a figure, and where its quantity is in a point.
struct PanelSource {
  const char* title;
  const char* unit;
  const char* pointer;
  bool logarithmic = false;
  bool whole_numbers = false;
  bool has_regimes = false;
};

constexpr std::array<PanelSource, 4> kCtPanels = {
    {{"Instability", "ratio_norm (maximum / mean of ct)", "/ct/ratio_norm", true, false, true},
     {"Instability over that of shuffled states", "ratio_excess", "/ct/ratio_excess", true},
     {"Flux", "mean ct", "/ct/mean_ct"},
     {"Generations that collapse", "share of samples", "/ct/collapse_rate"}}};
constexpr std::array<PanelSource, 5> kSpeciesPanels = {
    {{"Species", "number, with interval", "/species/n_species", false, true},
     {"Amplitude of the leading species", "amplitude", "/species/leading/amplitude"},
     {"Bare mass of the leading species", "per layer", "/species/leading/bare_mass"},
     {"Renormalised mass of the leading species", "per layer", "/species/leading/renormalized_mass"},
     {"Power momentum of whole fields", "radians per token", "/species/power_momentum"}}};

/// Points of one training run under one setting, in the order of training.
struct Series {
  std::string name;
  std::vector<const Json*> points;
};

bool has_steps(const Json& points) {
  std::set<std::int64_t> steps;
  for (const Json& point : points) {
    if (!point["training"]["step"].is_null()) steps.insert(point["training"]["step"].get<std::int64_t>());
  }
  return steps.size() > 1;
}

/// "pythia-70m, seed 1, temperature 0.7": only axes with several values.
std::string series_name(const Json& sweep, const Json& point, bool by_steps) {
  std::string name = by_steps ? point["training"]["series"].get<std::string>() : std::string();
  for (const Json& axis : sweep["axes"]) {
    const auto option = axis["option"].get<std::string>();
    if (option == "model" || axis["values"].size() < 2) continue;
    const Json& value = point["axes"][option];
    name += (name.empty() ? "" : ", ") + option + " " +
            (value.is_string() ? value.get<std::string>() : value.dump());
  }
  return name;
}

std::vector<Series> series_of(const Json& sweep, bool by_steps) {
  std::vector<Series> all;
  std::map<std::string, std::size_t> index_of;
  for (const Json& point : sweep["points"]) {
    if (by_steps && point["training"]["step"].is_null()) continue;
    const std::string name = series_name(sweep, point, by_steps);
    const auto [found, is_new] = index_of.emplace(name, all.size());
    if (is_new) all.push_back({name, {}});
    all[found->second].points.push_back(&point);
  }
  for (Series& series : all) {
    if (by_steps)
      std::stable_sort(series.points.begin(), series.points.end(), [](const Json* a, const Json* b) {
        return (*a)["training"]["step"].get<std::int64_t>() < (*b)["training"]["step"].get<std::int64_t>();
      });
  }
  return all;
}

std::optional<double> number_in(const Json& value) {
  return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
}

/// A number, or an estimate whose middle is called value or median.
report::CoursePoint course_point(const Json& point, const char* pointer) {
  const Json::json_pointer place(pointer);
  if (!point.contains(place)) return {};
  const Json& value = point.at(place);
  if (!value.is_object()) return {number_in(value), std::nullopt, std::nullopt};
  const auto part = [&](const char* key) {
    return value.contains(key) ? number_in(value[key]) : std::nullopt;
  };
  return {value.contains("median") ? part("median") : part("value"), part("low"), part("high")};
}

/// Over all points that have a ct report, a map for each definition. Files are named without the folder that
/// they lie in, which plays no part.
void write_phase_map(const Json& sweep, const std::vector<MergedReport>& reports,
                     const std::filesystem::path& output) {
  run::MapOptions options;
  options.output = output;
  options.allow_mixed = true;
  for (std::size_t i = 0; i < reports.size(); ++i) {
    const std::filesystem::path file = reports[i].folder / "regime.json";
    if (!std::filesystem::exists(file)) continue;
    options.reports.push_back(sweep["points"][i]["model"].get<std::string>() + "=" + file.string());
    options.sources.push_back("points/" + reports[i].point + "/regime.json");
  }
  run::map_reports(options);
}

/// The regimes that the reports were classified by; none where they differ from point to point.
std::vector<report::RegimeBand> regimes_of(const std::vector<MergedReport>& reports) {
  std::vector<report::RegimeBand> regimes;
  Json first;
  for (const MergedReport& merged : reports) {
    const std::filesystem::path file = merged.folder / "regime.json";
    if (!std::filesystem::exists(file)) continue;
    const Json document = read_json_file(file);
    const Json bands = JsonObject(document, file.string()).object("bands").json();
    if (!first.is_null() && bands != first) return {};
    first = bands;
  }
  if (first.is_null()) return {};
  const Json& cuts = first["cuts"];
  for (const auto& [name, interval] : first["intervals"].items()) {
    const std::size_t i = regimes.size();
    report::RegimeBand band{name};
    if (i > 0) band.low = cuts.at(i - 1).get<double>();
    if (i < cuts.size()) band.high = cuts.at(i).get<double>();
    regimes.push_back(band);
  }
  return regimes;
}

class Courses {
 public:
  Courses(const Json& sweep, std::vector<report::RegimeBand> regimes)
      : sweep_(sweep),
        regimes_(std::move(regimes)),
        by_steps_(has_steps(sweep["points"])),
        series_(series_of(sweep, by_steps_)) {
    if (by_steps_) return;
    for (const Json& point : sweep["points"]) {
      const auto model = point["model"].get<std::string>();
      if (place_.emplace(model, place_.size()).second) models_.push_back(model);
    }
  }

  template <std::size_t n>
  void write(const std::array<PanelSource, n>& sources, const std::string& title,
             const std::filesystem::path& file) const {
    report::TrainingCourse course;
    course.title = title + (by_steps_ ? " over training" : " by model");
    course.finding = std::to_string(sweep_["points"].size()) + " points, with 95 % intervals over prompts";
    course.models = models_;
    for (const PanelSource& source : sources) {
      report::CoursePanel panel = panel_of(source);
      if (!panel.lines.empty()) course.panels.push_back(std::move(panel));
    }
    if (course.panels.empty()) return;
    create_folder(file.parent_path());
    write_file_atomically(file, report::training_course_figure(course));
  }

 private:
  double position_of(const Json& point) const {
    if (by_steps_) return point["training"]["step"].get<double>();
    return static_cast<double>(place_.at(point["model"].get<std::string>()));
  }

  report::CoursePanel panel_of(const PanelSource& source) const {
    report::CoursePanel panel{source.title, source.unit, source.logarithmic, source.whole_numbers, {}, {}};
    if (source.has_regimes) panel.regimes = regimes_;
    for (const Series& series : series_) {
      report::CourseLine line{series.name, {}, {}};
      bool is_defined = false;
      for (const Json* point : series.points) {
        line.positions.push_back(position_of(*point));
        line.points.push_back(course_point(*point, source.pointer));
        is_defined = is_defined || line.points.back().value;
      }
      if (is_defined) panel.lines.push_back(std::move(line));
    }
    return panel;
  }

  const Json& sweep_;
  std::vector<report::RegimeBand> regimes_;
  bool by_steps_;
  std::vector<Series> series_;
  std::vector<std::string> models_;
  std::map<std::string, std::size_t> place_;
};

}  // namespace

void write_merged_figures(const Json& sweep, const std::vector<MergedReport>& reports,
                          const std::filesystem::path& output) {
  const std::vector<report::RegimeBand> regimes = regimes_of(reports);
  if (!regimes.empty()) write_phase_map(sweep, reports, output);
  const Courses courses(sweep, regimes);
  courses.write(kCtPanels, "ct_t", output / "figures/ct_over_training.svg");
  courses.write(kSpeciesPanels, "Intelliton species", output / "figures/species_over_training.svg");
}

}  // namespace phasescope::sweep
