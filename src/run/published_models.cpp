#include "published_models.h"

#include "report_values.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "phasescope/base/configs.h"
#include "phasescope/base/error.h"
#include "phasescope/run/compare.h"

namespace phasescope::run {
namespace {

using report::ComparedModel;
using report::ComparedValue;

constexpr const char* kNoInterval = "published without an interval";
constexpr std::array<const char*, 2> kFiles = {"published/species.json", "published/ct_t.json"};

/// One shipped file of published figures.
class Publication {
 public:
  explicit Publication(const char* name)
      : file_((configs_folder() / name).string()), document_(read_json_file(file_)) {}

  JsonObject root() const { return {document_, file_}; }
  JsonObject model(std::size_t place) const {
    return {root().array("models")[place], file_, "models[" + std::to_string(place) + "]"};
  }
  std::size_t size() const { return root().array("models").size(); }
  std::optional<std::size_t> find(const std::string& name) const {
    for (std::size_t i = 0; i < size(); ++i) {
      if (model(i).text("name") == name) return i;
    }
    return std::nullopt;
  }
  std::string unknown(const std::string& key) const { return root().object("unknown").text(key); }

 private:
  std::string file_;
  Json document_;
};

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

report::Settings settings_at(const JsonObject& object) {
  report::Settings settings;
  for (const auto& [name, value] : object.json().items())
    settings.emplace_back(name, value.is_string() ? value.get<std::string>() : value.dump());
  return settings;
}

void set_about(ComparedModel& result, const Publication& publication, const JsonObject& model) {
  result.model = model.text("model");
  result.family = model.text_or("family", "");
  result.tuning = model.text_or("tuning", "");
  if (model.has("parameters")) result.parameters = model.integer("parameters", 1);
  result.notes.push_back("Source: " + publication.root().text("source"));
  for (const std::string& note : model.texts("notes")) result.notes.push_back(note);
}

void set_species(ComparedModel& result, ValueTable& table, const Publication& publication,
                 const JsonObject& model) {
  set_about(result, publication, model);
  result.definitions["species"] = settings_at(publication.root().object("definition"));
  result.conditions = settings_at(publication.root().object("conditions"));
  set_published_species(table, model, kNoInterval);
  table.set("species", "grounded_mean", number_at(model, "grounded_mean", kNoInterval));
  table.set("species", "grounded_deviation", number_at(model, "grounded_deviation", kNoInterval));
  const JsonObject pairs = model.object("pairs");
  for (const char* key : {"flag_rate", "control_flag_rate", "confidence_gap"})
    table.set("pairs", key, number_at(pairs, key, kNoInterval));
  table.fill("ct", publication.unknown("ct"));
}

void set_ct(ComparedModel& result, ValueTable& table, const Publication& publication,
            const JsonObject& model) {
  set_about(result, publication, model);
  result.undefined["ct"] = publication.root().text("definition_reason");
  table.set("ct", "ratio_norm", number_at(model, "ratio_norm", kNoInterval));
  table.set("ct", "regime", ComparedValue::of(model.text("regime")));
  for (const char* key : {"mean_ct", "late_ct", "collapse_rate", "regime_confidence"})
    table.set("ct", key, ComparedValue::missing(publication.unknown(key)));
  for (const char* group : {"species", "pairs"}) table.fill(group, publication.unknown("species"));
}

}  // namespace

report::ComparedModel read_published_model(const std::string& name) {
  const std::string wanted = lower_case(name);
  const Publication species(kFiles[0]), ct(kFiles[1]);
  const auto in_species = species.find(wanted), in_ct = ct.find(wanted);
  if (!in_species && !in_ct) {
    std::string known;
    for (const std::string& other : published_names()) known += (known.empty() ? "" : ", ") + other;
    throw Error(ExitClass::usage, kPublishedPrefix + name + ": not known, expected one of " + known);
  }
  ComparedModel result;
  ValueTable table;
  result.source = kPublishedPrefix + wanted;
  result.published = true;
  if (in_ct) set_ct(result, table, ct, ct.model(*in_ct));
  if (in_species) set_species(result, table, species, species.model(*in_species));
  for (const char* group : {"species_robust", "ct"}) table.fill(group, "not published");
  result.label = result.model + " (published)";
  result.values = table.values();
  return result;
}

std::vector<std::string> published_names() {
  std::vector<std::string> names;
  for (const char* file : kFiles) {
    const Publication publication(file);
    for (std::size_t i = 0; i < publication.size(); ++i) {
      std::string name = publication.model(i).text("name");
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
    }
  }
  return names;
}

}  // namespace phasescope::run
