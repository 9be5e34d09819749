#include "phasescope/run/run_page.h"

#include "quantity_rows.h"

#include <optional>
#include <vector>

#include "phasescope/base/error.h"
#include "phasescope/base/files.h"
#include "phasescope/base/json.h"
#include "phasescope/formats/csv.h"
#include "phasescope/formats/jsonl.h"
#include "phasescope/report/html_page.h"
#include "phasescope/run/validation.h"

namespace phasescope::run {
namespace {

using report::HtmlPage;

const std::vector<std::string> kQuantityHeader = {"quantity", "value", "95 % interval", "null"};

const std::vector<QuantityPlace> kRegimeQuantities = {
    {"median ratio_norm", "/summary/ratio_norm"},
    {"median ratio_norm of shuffled states", "/summary/null_ratio_norm"},
    {"regime", "/summary/regime"},
    {"regime of shuffled states", "/summary/null_regime"},
    {"median excess over shuffled states", "/summary/ratio_excess"},
    {"share of runs that differ from their shuffled states", "/summary/share_distinguishable"},
    {"median ratio_norm at a common length", "/common_length/ratio_norm"},
    {"regime at a common length", "/common_length/regime"},
    {"definitions with the same regime", "/sensitivity/same_regime"},
    {"definitions compared", "/sensitivity/total"},
    {"runs with a ratio_norm", "/summary/n_runs"},
    {"mean ct", "/summary/mean_ct"},
    {"late ct", "/summary/late_ct"},
    {"share of texts that collapse", "/collapse/rate"},
    {"share of texts that end in a loop", "/collapse/looping_rate"},
};

const std::vector<QuantityPlace> kSpeciesQuantities = {
    {"species, estimated", "/robust/n_species"},
    {"eft_alpha, published (one prompt)", "/published/eft_alpha"},
    {"eft_alpha over all prompts", "/robust/eft_alpha"},
    {"eft_beta, published (one prompt)", "/published/eft_beta"},
    {"eft_beta over all prompts", "/robust/eft_beta"},
    {"momentum of most power", "/robust/power_momentum"},
    {"cosine of matched modes", "/robust/mode_matching/cosine"},
    {"share of modes without a match", "/robust/mode_matching/broken_share"},
    {"fusion events a step, published", "/robust/mode_matching/published_fusion_events"},
    {"fusion events a step of a random walk", "/robust/mode_matching/random_walk_fusion_events"},
};

const std::vector<QuantityPlace> kPairQuantities = {
    {"share of pairs that the published flag names", "/published/pairs/flag_rate"},
    {"share of controls that it names", "/published/pairs/control_flag_rate"},
    {"confidence gap, grounded minus prone", "/published/pairs/confidence_gap"},
    {"grounded activation", "/robust/grounded_activation"},
};

using Pictures = std::vector<const char*>;
const Pictures kRegimePictures = {"figures/ct_plane.svg",   "figures/ct_null.svg",
                                  "figures/ct_regimes.svg", "figures/ct_layers.svg",
                                  "figures/ct_trace.svg",   "figures/ct_trace_highest.svg"};
const Pictures kSpeciesPictures = {"figures/particle_table.svg", "figures/singular_values.svg",
                                   "figures/power_spectrum.svg", "figures/running_mass.svg"};
const Pictures kPairPictures = {"figures/pair_divergence.svg", "figures/occupation.svg",
                                "figures/transitions.svg"};

/// The folder of one run.
class RunFiles {
 public:
  explicit RunFiles(std::filesystem::path folder) : folder_(std::move(folder)) {}

  bool has(const char* file) const { return std::filesystem::exists(folder_ / file); }
  std::string text(const char* file) const { return read_text_file(folder_ / file); }
  std::filesystem::path path(const char* file) const { return folder_ / file; }

  /// A report that follows its schema; nothing when it is not there.
  std::optional<Json> document(const char* file) const {
    if (!has(file)) return std::nullopt;
    const Validation validation = validate_file(path(file));
    if (!validation.violations.empty()) {
      const Violation& first = validation.violations.front();
      throw Error(ExitClass::input_file, {path(file).string(), first.place, {}, first.reason, {}});
    }
    return read_json_file(path(file));
  }

 private:
  std::filesystem::path folder_;
};

Json finished_manifest(const RunFiles& files) {
  if (!files.has("manifest.json"))
    throw Error(ExitClass::environment,
                {files.path("manifest.json").string(), {}, {}, "is not there", "a finished run"});
  const Json manifest = *files.document("manifest.json");
  const std::string status = manifest.at("status");
  if (status != "complete" && status != "partial")
    throw Error(
        ExitClass::input_file,
        {files.path("manifest.json").string(), "status", {}, "found \"" + status + "\"", "a finished run"});
  return manifest;
}

void add_pictures(HtmlPage& page, const RunFiles& files, const Pictures& pictures) {
  for (const char* picture : pictures) {
    if (files.has(picture)) page.picture(files.text(picture));
  }
}

/// A cell as people read it: numbers with three significant digits.
std::string short_cell(const std::string& cell) {
  const Json value = Json::parse(cell, nullptr, false);
  return value.is_number() ? value_text(value) : cell;
}

void add_table(HtmlPage& page, const RunFiles& files, const char* file, const std::string& caption) {
  if (!files.has(file)) return;
  const std::vector<formats::CsvRow> rows = formats::parse_csv(files.text(file), files.path(file).string());
  if (rows.size() < 2) return;
  std::vector<std::vector<std::string>> cells;
  for (std::size_t row = 1; row < rows.size(); ++row) {
    cells.emplace_back();
    for (std::size_t column = 0; column < rows.front().cells.size(); ++column)
      cells.back().push_back(column < rows[row].cells.size() ? short_cell(rows[row].cells[column]) : "");
  }
  page.begin_details(caption + " (" + file + ", " + std::to_string(cells.size()) + " rows)");
  page.table(rows.front().cells, cells);
  page.end_details();
}

void add_regime(HtmlPage& page, const RunFiles& files) {
  const std::optional<Json> report = files.document("regime.json");
  if (!report) return;
  page.heading("ct_t: trajectory instability");
  page.statement(report->at("summary").at("verdict").get<std::string>());
  page.paragraph("Definition: " + report->at("ct_id").get<std::string>());
  page.table(kQuantityHeader, quantity_rows(*report, kRegimeQuantities));
  add_pictures(page, files, kRegimePictures);
}

/// What lies inside its null, in one sentence.
std::string inside_sentence(const Json& report) {
  std::string text;
  for (const Json& item : report.at("robust").at("inside_nulls")) {
    std::string nulls;
    for (const Json& name : item.at("nulls")) nulls += (nulls.empty() ? "" : ", ") + name.get<std::string>();
    text += (text.empty() ? "" : ", ") + item.at("quantity").get<std::string>() + " (" + nulls + ")";
  }
  return text.empty() ? "" : "Inside its null: " + text + ".";
}

void add_species(HtmlPage& page, const RunFiles& files) {
  const std::optional<Json> report = files.document("species.json");
  if (!report) return;
  page.heading("Intelliton species");
  page.statement(
      std::to_string(report->at("published").at("species").size()) + " species by the published method; " +
      quantity_rows(*report, kSpeciesQuantities).front()[1] + " estimated, over " +
      std::to_string(report->at("n_prompts").get<std::int64_t>()) + " prompts. " + inside_sentence(*report));
  page.table(kQuantityHeader, quantity_rows(*report, kSpeciesQuantities));
  add_table(page, files, "tables/species.csv", "Species as estimated, with intervals and nulls");
  add_table(page, files, "tables/catalog.csv", "The published catalog");
  add_pictures(page, files, kSpeciesPictures);
}

void add_pairs(HtmlPage& page, const RunFiles& files) {
  const std::optional<Json> report = files.document("diagnostics.json");
  if (!report) return;
  page.heading("Pairs, controls and the course of generation");
  page.table(kQuantityHeader, quantity_rows(*report, kPairQuantities));
  add_table(page, files, "tables/measures.csv", "How well each measure tells the sides apart");
  add_table(page, files, "tables/pairs.csv", "Pairs and controls");
  add_pictures(page, files, kPairPictures);
}

void add_samples(HtmlPage& page, const RunFiles& files) {
  if (!files.has("samples.jsonl")) return;
  std::vector<std::vector<std::string>> rows;
  formats::for_each_json_line(files.path("samples.jsonl"), [&](const Json& sample, std::uint64_t) {
    const auto cell = [&](const char* key) { return sample.contains(key) ? value_text(sample[key]) : "-"; };
    rows.push_back({cell("id"), cell("category"), cell("prompt"), cell("generated_text"), cell("finish"),
                    cell("status")});
  });
  if (rows.empty()) return;
  page.heading("Prompts and what the model wrote");
  page.begin_details(std::to_string(rows.size()) + " samples (samples.jsonl)");
  page.table({"id", "category", "prompt", "generated text", "finish", "status"}, rows);
  page.end_details();
}

void add_leaves(std::vector<std::vector<std::string>>& rows, const Json& node, const std::string& name) {
  if (!node.is_structured()) {
    rows.push_back({name, node.is_string() ? node.get<std::string>() : node.dump()});
    return;
  }
  for (const auto& [key, child] : node.items())
    add_leaves(rows, child, name.empty() ? key : name + "." + key);
}

void add_conditions(HtmlPage& page, const Json& manifest) {
  page.heading("Conditions");
  for (const char* part : {"model", "versions", "options", "prompts", "tokens", "seconds"}) {
    if (!manifest.contains(part)) continue;
    std::vector<std::vector<std::string>> rows;
    add_leaves(rows, manifest[part], "");
    if (rows.empty()) continue;
    page.begin_details(part);
    page.table({"key", "value"}, rows);
    page.end_details();
  }
}

std::string opening_sentence(const Json& manifest) {
  std::string text = "phasescope " + manifest.at("versions").at("phasescope").get<std::string>() + ", " +
                     manifest.at("started").get<std::string>() + ", " +
                     manifest.at("status").get<std::string>() + ".";
  if (!manifest.contains("prompts")) return text;
  std::string sets;
  for (const Json& set : manifest["prompts"])
    sets += (sets.empty() ? " Prompts: " : ", ") + set.at("name").get<std::string>() + " (" +
            set.at("n").dump() + ")";
  return text + sets + ".";
}

}  // namespace

std::string page_of_run(const std::filesystem::path& folder) {
  const RunFiles files(folder);
  const Json manifest = finished_manifest(files);
  HtmlPage page(manifest.at("model").at("name").get<std::string>());
  page.paragraph(opening_sentence(manifest));
  add_regime(page, files);
  add_species(page, files);
  add_pairs(page, files);
  add_samples(page, files);
  add_conditions(page, manifest);
  return page.document();
}

}  // namespace phasescope::run
