#include "regime_reader.h"

#include <limits>
#include <optional>

#include "phasescope/base/json.h"
#include "phasescope/curvature/training_order.h"

namespace phasescope::run {
namespace {

constexpr const char* kKind = "phasescope.regime";

std::optional<double> number_of(const JsonObject& object, const std::string& key) {
  return object.has(key) ? std::optional(object.number(key)) : std::nullopt;
}

std::optional<std::int64_t> integer_of(const JsonObject& object, const std::string& key) {
  return object.has(key) ? std::optional(object.integer(key)) : std::nullopt;
}

/// ct_id, and what else decides ct_t where it is not the default.
std::string definition_of(const JsonObject& root) {
  const JsonObject definition = root.object("definition");
  std::string text = root.text("ct_id");
  if (definition.text("state_point") != "pre_norm") text += ", " + definition.text("state_point");
  if (definition.text("clip") != "raw") text += ", " + definition.text("clip");
  const std::int64_t skip = definition.integer("skip");
  if (definition.text("span") != "generated" && skip != curvature::Definition{}.skip)
    text += ", skip " + std::to_string(skip);
  return text;
}

curvature::Bands bands_of(const JsonObject& root) {
  const JsonObject bands = root.object("bands");
  Json regimes = Json::array();
  for (const auto& [name, interval] : bands.object("intervals").json().items())
    regimes.push_back({{"name", name}, {"interval", interval}});
  return curvature::parse_bands({{"schema_version", 1},
                                 {"name", bands.text("name")},
                                 {"source", bands.text("source")},
                                 {"regimes", regimes},
                                 {"cuts", bands.array("cuts")}},
                                root.file() + ": bands");
}

std::optional<curvature::NullComparison> null_of(const JsonObject& run, double ratio) {
  const JsonObject null = run.object("null");
  if (!null.has("mean")) return std::nullopt;
  curvature::NullComparison comparison;
  comparison.mean = null.number("mean");
  comparison.low = null.number("low");
  comparison.high = null.number("high");
  comparison.p_value = null.number("p_value");
  if (!(comparison.mean > 0)) null.fail("mean", "found " + Json(comparison.mean).dump(), "above 0");
  if (null.boolean_or("distinguishable", false))
    comparison.side = ratio > comparison.high ? curvature::Side::above : curvature::Side::below;
  return comparison;
}

curvature::MapRun run_of(const JsonObject& object) {
  curvature::MapRun run;
  run.id = object.text("id");
  run.category = object.text("category");
  run.run = object.integer_or("run", 0);
  run.ratio_norm = number_of(object, "ratio_norm");
  run.mean_ct = number_of(object, "mean");
  run.late_ct = number_of(object, "late_ct");
  if (!run.ratio_norm) return run;
  if (!(*run.ratio_norm > 0))
    object.fail("ratio_norm", "found " + Json(*run.ratio_norm).dump(), "above 0 or null");
  run.null = null_of(object, *run.ratio_norm);
  return run;
}

std::string revision_beside(const std::filesystem::path& file) {
  const std::filesystem::path manifest = file.parent_path() / "manifest.json";
  if (!std::filesystem::is_regular_file(manifest)) return {};
  const Json document = read_json_file(manifest);
  const JsonObject root(document, manifest.string());
  if (!root.has("options")) return {};
  const JsonObject options = root.object("options");
  const std::string model = options.text_or("model", "");
  const auto at = model.find('@');
  return options.text_or("revision", "").empty() && at != std::string::npos && !std::filesystem::exists(model)
             ? model.substr(at + 1)
             : options.text_or("revision", "");
}

std::string name_of(const JsonObject& model, const std::filesystem::path& file) {
  const std::string name = model.text("name");
  const std::string revision = revision_beside(file);
  if (!revision.empty()) return name + "@" + revision;
  const auto place = curvature::training_place_of(name);
  if (!place || !place->training.empty()) return name;
  const std::filesystem::path path = model.text_or("path", "");
  const std::string around = path.lexically_normal().parent_path().filename().string();
  return around.empty() ? name : around + "/" + name;
}

void read_model(const JsonObject& root, RegimeFile& result) {
  const std::filesystem::path file = root.file();
  if (!root.has("model")) {
    result.report.model = file.parent_path().filename().string();
    return;
  }
  const JsonObject model = root.object("model");
  result.report.model = name_of(model, file);
  result.report.family = model.text_or("family", "");
  result.report.parameters = integer_of(model, "parameters");
  if (model.has("sha256")) result.weights = model.object("sha256").text_or("weights", "");
}

void read_samples(const JsonObject& root, curvature::MapReport& report) {
  const JsonObject collapse = root.object("collapse");
  constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
  report.n_samples = static_cast<std::size_t>(collapse.integer("n_samples", 0, most));
  report.n_collapsed = static_cast<std::size_t>(
      collapse.integer("n_collapsed", 0, static_cast<std::int64_t>(report.n_samples)));
}

void read_runs(const JsonObject& root, curvature::MapReport& report) {
  const Json& runs = root.array("runs");
  for (std::size_t i = 0; i < runs.size(); ++i)
    report.runs.push_back(run_of({runs[i], root.file(), "runs[" + std::to_string(i) + "]"}));
}

void read_summary(const JsonObject& root, curvature::MapReport& report) {
  const JsonObject summary = root.object("summary");
  report.ratio_norm = number_of(summary.object("ratio_norm"), "median");
  if (summary.has("regime")) report.regime = summary.text("regime");
  if (summary.has("survives")) report.survives = summary.boolean_or("survives", false);
}

}  // namespace

RegimeFile read_regime(const std::filesystem::path& path) {
  const std::filesystem::path file = std::filesystem::is_directory(path) ? path / "regime.json" : path;
  const Json document = read_json_file(file);
  const JsonObject root(document, file.string());
  root.integer("schema_version", 1, 1);
  if (root.text("kind") != kKind) root.fail("kind", "found \"" + root.text("kind") + "\"", kKind);
  RegimeFile result;
  curvature::MapReport& report = result.report;
  report.source = path.string();
  report.definition = definition_of(root);
  const JsonObject definition = root.object("definition");
  report.seed = definition.integer("seed");
  report.temperature = number_of(definition, "temperature");
  report.max_new_tokens = integer_of(definition, "max_new_tokens");
  result.seed = static_cast<std::uint64_t>(*report.seed);
  result.bootstrap_draws = static_cast<std::size_t>(definition.integer("bootstrap_draws", 1, 10'000'000));
  result.bands = bands_of(root);
  read_model(root, result);
  read_samples(root, report);
  read_runs(root, report);
  read_summary(root, report);
  return result;
}

}  // namespace phasescope::run
