// What run folders and reports say of a model. Published figures: published_models.cpp.
#include "published_models.h"
#include "report_values.h"

#include <array>
#include <map>
#include <optional>
#include <string_view>

#include "phasescope/base/error.h"
#include "phasescope/run/compare.h"

namespace phasescope::run {
namespace {

using report::ComparedModel;
using report::ComparedValue;

constexpr const char* kOneNumber = "one number without an interval";
constexpr std::array<const char*, 3> kReports = {"regime.json", "species.json", "diagnostics.json"};

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

/// The settings under these keys that the object has.
report::Settings settings_of(const JsonObject& object, const std::vector<const char*>& keys) {
  report::Settings settings;
  for (const char* key : keys) {
    if (object.has(key)) settings.emplace_back(key, text_of(object.json()[key]));
  }
  return settings;
}

void add_condition(ComparedModel& model, const std::string& name, const std::string& value) {
  for (const auto& condition : model.conditions) {
    if (condition.first == name) return;
  }
  model.conditions.emplace_back(name, value);
}

/// One model's reports being read.
class ModelReader {
 public:
  explicit ModelReader(const std::string& source) { model_.source = source; }

  void add_report(const std::string& file) {
    const Json document = read_json_file(file);
    const JsonObject report(document, file);
    const std::string kind = report.text("kind");
    if (kind == "phasescope.regime") {
      add_regime(report);
    } else if (kind == "phasescope.species") {
      add_species(report);
    } else if (kind == "phasescope.diagnostics") {
      add_diagnostics(report);
    } else {
      report.fail("kind", "found \"" + kind + "\"", "a regime, species or diagnostics report");
    }
  }

  void add_manifest(const std::string& file) {
    const Json document = read_json_file(file);
    const JsonObject manifest(document, file);
    const std::string status = manifest.text("status");
    if (status == "partial") model_.notes.push_back("Some prompts of this run failed.");
    if (status != "complete" && status != "partial")
      manifest.fail("status", "found \"" + status + "\"", "a run that has ended");
    if (manifest.has("prompts")) add_condition(model_, "prompts", prompts_text(manifest));
  }

  ComparedModel finish() {
    if (model_.model.empty()) model_.model = std::filesystem::path(model_.source).filename().string();
    model_.label = model_.model;
    table_.fill("ct", "the run has no ct_t report");
    for (const char* group : {"species", "species_robust"}) table_.fill(group, missing_species());
    table_.fill("pairs", "the run has no pairs");
    model_.values = table_.values();
    return model_;
  }

 private:
  /// Dynamics are in their own report, so either part of the species may be what is missing.
  std::string missing_species() const {
    return has_species_ ? "the run has no dynamics" : "the run has no species report";
  }

  static std::string prompts_text(const JsonObject& manifest) {
    constexpr std::size_t shown = 8;  // digits of a digest
    std::string text;
    const Json& prompts = manifest.array("prompts");
    for (std::size_t i = 0; i < prompts.size(); ++i) {
      const JsonObject set(prompts[i], manifest.file(), "prompts[" + std::to_string(i) + "]");
      text += (text.empty() ? "" : ", ") + set.text("name") + " of " + std::to_string(set.integer("n")) +
              " (" + set.text("sha256").substr(0, shown) + ")";
    }
    return text;
  }

  void add_model(const JsonObject& report) {
    if (!report.has("model")) return;
    const JsonObject model = report.object("model");
    model_.model = model.text_or("name", model_.model);
    model_.family = model.text_or("family", model_.family);
    if (model.has("parameters")) model_.parameters = model.integer("parameters", 1);
    if (model.has("sha256")) model_.weights = model.object("sha256").text_or("weights", "");
    if (model.has("dtype_compute")) add_condition(model_, "dtype_compute", model.text("dtype_compute"));
  }

  void add_regime(const JsonObject& report) {
    add_model(report);
    const JsonObject definition = report.object("definition"), bands = report.object("bands");
    report::Settings& settings = model_.definitions["ct"];
    settings = {{"ct_id", report.text("ct_id")}};
    const std::vector<const char*> keys = {"state_points", "state_point", "clip"};
    for (auto& setting : settings_of(definition, keys)) settings.push_back(std::move(setting));
    if (definition.text_or("span", "") != "generated" && definition.has("skip"))
      settings.emplace_back("skip", text_of(definition.json()["skip"]));
    settings.emplace_back("bands", bands.text("name") + " " + bands.array("cuts").dump());
    for (const auto& [name, value] : settings_of(
             definition, {"max_new_tokens", "temperature", "top_k", "top_p", "min_p", "runs", "seed"}))
      add_condition(model_, name, value);
    add_summary(report.object("summary"));
    add_common_length(report.object("common_length"));
  }

  void add_summary(const JsonObject& summary) {
    const JsonObject ratio = summary.object("ratio_norm");
    set_ct("ratio_norm", estimate_at(ratio, "median", "low", "high"));
    set_ct("ratio_norm_mean", estimate_at(ratio, "mean", "mean_low", "mean_high"));
    for (const char* key : {"regime", "null_regime", "survives"}) set_ct(key, text_at(summary, key));
    for (const char* key : {"ratio_excess", "mean_delta", "mean_curvature"})
      set_ct(key, estimate_at(summary, key));
    for (const char* key : {"share_distinguishable", "mean_ct", "late_ct", "collapse_rate"})
      set_ct(key, number_at(summary, key, kOneNumber));
    add_shares(summary);
  }

  void add_shares(const JsonObject& summary) {
    const JsonObject shares = summary.object("shares");
    for (const char* regime : {"underactive", "adaptive", "transition", "chaotic"}) {
      const std::string name = std::string("share_") + regime;
      const bool known = shares.json().contains(regime);
      set_ct(name, known ? number_at(shares, regime, kOneNumber)
                         : ComparedValue::missing("the bands have no such regime"));
    }
    const std::string regime = summary.text_or("regime", "");
    if (!regime.empty())
      set_ct("regime_confidence", number_at(summary.object("confidence"), regime, kOneNumber));
  }

  void add_common_length(const JsonObject& common) {
    if (!common.has("ratio_norm")) {
      const ComparedValue missing =
          ComparedValue::missing(common.text_or("steps_reason", "no common length"));
      set_ct("common_length_ratio", missing);
      set_ct("common_length_regime", missing);
      return;
    }
    set_ct("common_length_ratio", estimate_at(common.object("ratio_norm"), "median", "low", "high"));
    set_ct("common_length_regime", text_at(common, "regime"));
  }

  void add_species(const JsonObject& report) {
    has_species_ = true;
    add_model(report);
    const JsonObject options = report.object("options");
    define_species(options);
    for (const auto& [name, value] : settings_of(options, {"seed"})) add_condition(model_, name, value);
    set_published_species(table_, report.object("published"), kOneNumber);
    add_robust(report.object("robust"));
  }

  /// The options that pairs and dynamics share with species must not contradict them.
  void define_species(const JsonObject& options) {
    report::Settings& settings = model_.definitions["species"];
    for (auto& setting : settings_of(options, {"state_points", "modes", "skip_layers", "eft_window",
                                               "sv_threshold", "merge_cosine", "sharpness", "max_tokens"})) {
      bool known = false;
      for (const auto& other : settings) known = known || other.first == setting.first;
      if (!known) settings.push_back(std::move(setting));
    }
  }

  void add_robust(const JsonObject& robust) {
    for (const char* key : {"n_species", "power_momentum", "eft_alpha", "eft_beta"})
      table_.set("species_robust", key, estimate_at(robust, key));
    const Json& species = robust.array("species");
    const std::map<std::string, std::string> of_first = {{"top_amplitude", "amplitude"},
                                                         {"top_growth_rate", "growth_rate"},
                                                         {"top_power_momentum", "power_momentum"},
                                                         {"top_spin", "spin"}};
    for (const auto& [name, key] : of_first) {
      if (species.empty()) {
        table_.set("species_robust", name, ComparedValue::missing("there are no species"));
        continue;
      }
      const JsonObject first(species[0], robust.file(), robust.field("species[0]"));
      table_.set("species_robust", name, estimate_at(first, key));
    }
  }

  void add_diagnostics(const JsonObject& report) {
    add_model(report);
    define_species(report.object("options"));
    const JsonObject published = report.object("published"), robust = report.object("robust");
    if (published.has("pairs")) {
      const JsonObject pairs = published.object("pairs");
      for (const char* key : {"flag_rate", "control_flag_rate", "confidence_gap"})
        table_.set("pairs", key, number_at(pairs, key, kOneNumber));
    }
    if (!published.has("dynamics")) return;
    const JsonObject dynamics = published.object("dynamics");
    if (!dynamics.has("grounded_activation")) return;
    const JsonObject grounded = dynamics.object("grounded_activation");
    table_.set("species", "grounded_mean", number_at(grounded, "mean", kOneNumber));
    table_.set("species", "grounded_deviation", number_at(grounded, "deviation", kOneNumber));
    table_.set("species_robust", "grounded_mean", estimate_at(robust, "grounded_activation"));
  }

  void set_ct(const std::string& name, ComparedValue value) { table_.set("ct", name, std::move(value)); }

  ComparedModel model_;
  ValueTable table_;
  bool has_species_ = false;
};

ComparedModel read_folder(const std::string& source) {
  const std::filesystem::path folder = source;
  ModelReader reader(source);
  bool any = false;
  for (const char* name : kReports) {
    if (!std::filesystem::exists(folder / name)) continue;
    reader.add_report((folder / name).string());
    any = true;
  }
  if (std::filesystem::exists(folder / "manifest.json"))
    reader.add_manifest((folder / "manifest.json").string());
  if (!any) throw_input_error(source, "", "holds no report", "a run folder with regime.json or species.json");
  return reader.finish();
}

}  // namespace

ComparedModel read_compared_model(const std::string& source) {
  const std::string_view prefix = kPublishedPrefix;
  if (source.compare(0, prefix.size(), prefix) == 0)
    return read_published_model(source.substr(prefix.size()));
  if (std::filesystem::is_directory(source)) return read_folder(source);
  ModelReader reader(source);
  reader.add_report(source);
  return reader.finish();
}

}  // namespace phasescope::run
