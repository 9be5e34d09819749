#include "phasescope/sweep/merged_point.h"

#include <array>

#include "phasescope/formats/csv.h"
#include "phasescope/sweep/training_name.h"

namespace phasescope::sweep {
namespace {

Json training_to_json(const std::string& model) {
  const TrainingPosition position = training_position(model);
  return {{"series", position.series},
          {"stage", position.stage ? Json(*position.stage) : Json(nullptr)},
          {"step", position.step ? Json(*position.step) : Json(nullptr)},
          {"tokens", position.tokens ? Json(*position.tokens) : Json(nullptr)}};
}

/// Copies keys that exist, each with the reason why it is undefined.
void copy_keys(const Json& from, const std::vector<std::string>& keys, Json& to) {
  for (const std::string& key : keys) {
    for (const std::string& name : {key, key + "_reason"}) {
      if (from.contains(name)) to[name] = from[name];
    }
  }
}

Json ct_of(const std::filesystem::path& file) {
  const Json report = read_json_file(file);
  const JsonObject regime(report, file.string());
  Json ct = {{"ct_id", regime.text("ct_id")}};
  const JsonObject summary = regime.object("summary");
  for (const auto& [key, value] : summary.json().items()) ct[key] = value;
  return ct;
}

/// The species of the largest amplitude, which comes first in the report.
Json leading_species(const JsonObject& robust) {
  const Json& species = robust.array("species");
  if (species.empty()) return nullptr;
  Json leading = Json::object();
  copy_keys(species.front(),
            {"amplitude", "bare_mass", "renormalized_mass", "wavefunction_Z", "anomalous_dimension",
             "power_momentum", "growth_rate", "spin", "pole", "pole_share", "pole_mass", "lattice_mass"},
            leading);
  return leading;
}

Json species_of(const std::filesystem::path& file) {
  const Json report = read_json_file(file);
  const JsonObject document(report, file.string());
  const JsonObject robust = document.object("robust");
  Json species = {{"n_published", document.object("published").array("species").size()}};
  copy_keys(robust.json(), {"n_species", "eft_alpha", "eft_beta", "power_momentum"}, species);
  species["leading"] = leading_species(robust);
  if (species["leading"].is_null()) species["leading_reason"] = "no species was found";
  return species;
}

void put_report(Json& point, const char* key, const std::filesystem::path& file,
                Json (*read)(const std::filesystem::path&)) {
  if (std::filesystem::exists(file)) {
    point[key] = read(file);
  } else {
    point[key] = nullptr;
    point[std::string(key) + "_reason"] = "was not computed";
  }
}

/// The value at a pointer, null where the way to it ends in a null.
Json value_at(const Json& point, const char* pointer) {
  const Json::json_pointer place(pointer);
  return point.contains(place) ? point.at(place) : Json(nullptr);
}

void add_cell(formats::CsvTable& table, const Json& value) {
  if (value.is_null()) {
    table.add("");
  } else if (value.is_number_float()) {
    table.add(value.get<double>());
  } else if (value.is_string()) {
    table.add(value.get<std::string>());
  } else {
    table.add(value.dump());
  }
}

/// Columns before the quantities, and where they are in a point.
struct Fact {
  const char* column;
  const char* pointer;
};
constexpr std::array<Fact, 6> kFacts = {{{"point", "/name"},
                                         {"model", "/model"},
                                         {"series", "/training/series"},
                                         {"stage", "/training/stage"},
                                         {"step", "/training/step"},
                                         {"tokens", "/training/tokens"}}};
constexpr std::array<Fact, 9> kVerdicts = {
    {{"family", "/family"},
     {"parameters", "/parameters"},
     {"status", "/status"},
     {"ct_id", "/ct/ct_id"},
     {"regime", "/ct/regime"},
     {"null_regime", "/ct/null_regime"},
     {"survives", "/ct/survives"},
     {"pole", "/species/leading/pole"},
     {"growth_rate_inside_null", "/species/leading/growth_rate/inside_null"}}};

/// A species column says that it is of the leading species by its name.
constexpr const char* kMiddle[] = {"value", "median"};

std::vector<std::string> columns_of(const Json& sweep) {
  std::vector<std::string> columns;
  columns.reserve(kFacts.size() + kVerdicts.size() + sweep["axes"].size() + 3 * merged_quantities().size());
  for (const Fact& fact : kFacts) columns.emplace_back(fact.column);
  for (const Json& axis : sweep["axes"])
    if (axis["option"] != "model") columns.push_back(axis["option"].get<std::string>());
  for (const Fact& fact : kVerdicts) columns.emplace_back(fact.column);
  for (const MergedQuantity& quantity : merged_quantities()) {
    columns.emplace_back(quantity.column);
    if (!quantity.is_estimate) continue;
    columns.push_back(std::string(quantity.column) + "_low");
    columns.push_back(std::string(quantity.column) + "_high");
  }
  return columns;
}

void add_quantity(formats::CsvTable& table, const Json& point, const MergedQuantity& quantity) {
  const Json value = value_at(point, quantity.pointer);
  if (!quantity.is_estimate) return add_cell(table, value);
  const char* middle = value.is_object() && value.contains(kMiddle[1]) ? kMiddle[1] : kMiddle[0];
  for (const char* key : {middle, "low", "high"})
    add_cell(table, value.is_object() && value.contains(key) ? value[key] : Json(nullptr));
}

}  // namespace

const std::vector<MergedQuantity>& merged_quantities() {
  static const std::vector<MergedQuantity> quantities = {
      {"n_runs", "/ct/n_runs", false},
      {"ratio_norm", "/ct/ratio_norm", true},
      {"null_ratio_norm", "/ct/null_ratio_norm", true},
      {"ratio_excess", "/ct/ratio_excess", true},
      {"share_distinguishable", "/ct/share_distinguishable", false},
      {"mean_ct", "/ct/mean_ct", false},
      {"late_ct", "/ct/late_ct", false},
      {"mean_delta", "/ct/mean_delta", true},
      {"mean_curvature", "/ct/mean_curvature", true},
      {"collapse_rate", "/ct/collapse_rate", false},
      {"n_species_published", "/species/n_published", false},
      {"n_species", "/species/n_species", true},
      {"eft_alpha", "/species/eft_alpha", true},
      {"eft_beta", "/species/eft_beta", true},
      {"leading_amplitude", "/species/leading/amplitude", true},
      {"leading_bare_mass", "/species/leading/bare_mass", true},
      {"leading_renormalized_mass", "/species/leading/renormalized_mass", true},
      {"leading_wavefunction_Z", "/species/leading/wavefunction_Z", true},
      {"leading_anomalous_dimension", "/species/leading/anomalous_dimension", true},
      {"leading_power_momentum", "/species/leading/power_momentum", true},
      {"leading_growth_rate", "/species/leading/growth_rate", true},
  };
  return quantities;
}

Json merged_point(const Json& planned, const PointRecord& record, const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / "manifest.json";
  const Json document = read_json_file(file);
  const JsonObject model = JsonObject(document, file.string()).object("model");
  const auto label = planned["model"].get<std::string>();
  Json point = {{"name", record.point},
                {"model", label},
                {"training", training_to_json(label)},
                {"axes", planned["axes"]},
                {"status", record.status},
                {"family", model.text("family")},
                {"parameters", model.integer("parameters")},
                {"sha256", record.model}};
  put_report(point, "ct", folder / "regime.json", ct_of);
  put_report(point, "species", folder / "species.json", species_of);
  return point;
}

std::string sweep_csv(const Json& sweep) {
  formats::CsvTable table(columns_of(sweep));
  for (const Json& point : sweep["points"]) {
    for (const Fact& fact : kFacts) add_cell(table, value_at(point, fact.pointer));
    for (const Json& axis : sweep["axes"]) {
      const auto option = axis["option"].get<std::string>();
      if (option != "model") add_cell(table, point["axes"][option]);
    }
    for (const Fact& fact : kVerdicts) add_cell(table, value_at(point, fact.pointer));
    for (const MergedQuantity& quantity : merged_quantities()) add_quantity(table, point, quantity);
    table.end_row();
  }
  return table.text();
}

}  // namespace phasescope::sweep
