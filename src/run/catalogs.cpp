#include "phasescope/run/catalogs.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "phasescope/base/error.h"
#include "phasescope/checkpoint/checkpoint.h"
#include "phasescope/checkpoint/hub_models.h"
#include "phasescope/checkpoint/read_architecture.h"
#include "phasescope/curvature/definition.h"
#include "phasescope/text/prompt_catalog.h"
#include "phasescope/text/prompt_set.h"

namespace phasescope::run {
namespace {

Json document(const std::string& kind, Json rows) {
  return {{"schema_version", 1}, {"kind", "phasescope." + kind}, {kind, std::move(rows)}};
}

/// Family from the configuration alone.
Json model_row(const checkpoint::HubModel& model) {
  Json row = {{"name", model.name}, {"revision", model.revision}, {"path", model.folder.string()}};
  const std::filesystem::path config = model.folder / "config.json";
  try {
    row["family"] = checkpoint::read_architecture(read_json_file(config), config.string()).family;
  } catch (const Error& error) {
    row["family"] = nullptr;
    row["family_reason"] = error.what();
  }
  return row;
}

std::string chat_name(text::ChatUse use) {
  switch (use) {
    case text::ChatUse::off:
      return "off";
    case text::ChatUse::automatic:
      return "auto";
    case text::ChatUse::on:
      return "on";
  }
  return "";
}

/// Names of an enumeration whose values are 0 .. last.
template <class Choice>
Json names_up_to(Choice last) {
  Json names = Json::array();
  for (int value = 0; value <= static_cast<int>(last); ++value)
    names.push_back(std::string(curvature::name_of(static_cast<Choice>(value))));
  return names;
}

std::string cell(const Json& value) {
  if (value.is_null()) return "-";
  if (value.is_string()) return value;
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (!value.is_array()) return value.dump();
  std::string text;
  for (const Json& item : value) text += (text.empty() ? "" : ", ") + cell(item);
  return text;
}

std::vector<std::string> columns_of(const Json& rows) {
  std::vector<std::string> columns;
  for (const Json& row : rows) {
    for (const auto& item : row.items()) {
      if (std::find(columns.begin(), columns.end(), item.key()) == columns.end())
        columns.push_back(item.key());
    }
  }
  return columns;
}

std::string row_text(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) {
  std::string text;
  for (std::size_t c = 0; c < cells.size(); ++c)
    text += cells[c] + std::string(widths[c] + 2 - cells[c].size(), ' ');
  return text.substr(0, text.find_last_not_of(' ') + 1) + "\n";
}

}  // namespace

Json list_models() {
  Json rows = Json::array();
  for (const checkpoint::HubModel& model : checkpoint::models_in_hub_cache())
    rows.push_back(model_row(model));
  Json list = document("models", std::move(rows));
  list["folder"] = checkpoint::hub_cache_folder().string();
  return list;
}

Json list_prompts() {
  Json rows = Json::array();
  for (const text::ShippedPromptSet& shipped : text::shipped_prompt_sets()) {
    const text::PromptSet set = text::load_prompt_set(shipped.file);
    rows.push_back({{"name", shipped.name},
                    {"prompts", set.prompts.size()},
                    {"categories", set.categories()},
                    {"analyses", shipped.analyses},
                    {"chat", chat_name(shipped.chat)},
                    {"description", shipped.description}});
  }
  return document("prompts", std::move(rows));
}

Json list_families() {
  const std::vector<std::string> in_gguf = checkpoint::gguf_family_names();
  Json rows = Json::array();
  for (const std::string& name : checkpoint::family_names()) {
    const bool gguf = std::find(in_gguf.begin(), in_gguf.end(), name) != in_gguf.end();
    rows.push_back({{"name", name}, {"safetensors", true}, {"gguf", gguf}});
  }
  return document("families", std::move(rows));
}

Json list_definitions() {
  using namespace curvature;
  Json rows = Json::array();
  const auto add = [&](const char* part, const char* option, const Json& choices) {
    rows.push_back({{"part", part}, {"option", option}, {"choices", choices}});
  };
  add("norm", "--ct-norm", names_up_to(Norm::standardised));
  add("delta", "--ct-delta", names_up_to(Delta::arc));
  add("curvature", "--ct-curvature", names_up_to(Curvature::three_point));
  add("alignment", "--ct-alignment", names_up_to(Alignment::centred));
  add("span", "--ct-span", names_up_to(Span::both));
  add("state point", "--ct-state-point", names_up_to(StatePoint::post_norm));
  add("clip", "--ct-clip", names_up_to(Clip::clipped_mad));
  Json list = document("definitions", std::move(rows));
  list["default"] = ct_id({});
  list["combinations"] = all_combinations({}).size();
  return list;
}

std::string list_text(const Json& list) {
  const std::string kind = list["kind"].get<std::string>().substr(std::string("phasescope.").size());
  const Json& rows = list[kind];
  const std::vector<std::string> columns = columns_of(rows);
  std::vector<std::vector<std::string>> cells = {columns};
  for (const Json& row : rows) {
    cells.emplace_back();
    for (const std::string& column : columns)
      cells.back().push_back(row.contains(column) ? cell(row[column]) : "");
  }
  std::vector<std::size_t> widths(columns.size(), 0);
  for (const auto& line : cells)
    for (std::size_t c = 0; c < line.size(); ++c) widths[c] = std::max(widths[c], line[c].size());
  std::string text;
  for (const auto& line : cells) text += row_text(line, widths);
  if (rows.empty())
    text = "no " + kind + (list.contains("folder") ? " in " + list["folder"].get<std::string>() : "") + "\n";
  if (list.contains("default")) text += "default: " + list["default"].get<std::string>() + "\n";
  return text;
}

}  // namespace phasescope::run
