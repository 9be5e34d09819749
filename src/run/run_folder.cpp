#include "phasescope/run/run_folder.h"

#include <array>
#include <system_error>
#include <utility>
#include <vector>

#include "phasescope/base/error.h"
#include "phasescope/base/files.h"

namespace phasescope::run {
namespace {

constexpr const char* kManifestName = "manifest.json";

/// What runs and analyses write, besides the manifest and states/.
constexpr std::array<const char*, 26> kResults = {"report.html",
                                                  "samples.jsonl",
                                                  "regime.json",
                                                  "steps.jsonl",
                                                  "species.json",
                                                  "detail.json",
                                                  "diagnostics.json",
                                                  "tables/catalog.csv",
                                                  "tables/pairs.csv",
                                                  "tables/trajectory.csv",
                                                  "tables/transitions.csv",
                                                  "figures/ct_trace.svg",
                                                  "figures/ct_trace_highest.svg",
                                                  "figures/ct_layers.svg",
                                                  "figures/ct_regimes.svg",
                                                  "figures/ct_null.svg",
                                                  "figures/ct_plane.svg",
                                                  "tables/species.csv",
                                                  "tables/measures.csv",
                                                  "figures/particle_table.svg",
                                                  "figures/singular_values.svg",
                                                  "figures/power_spectrum.svg",
                                                  "figures/running_mass.svg",
                                                  "figures/pair_divergence.svg",
                                                  "figures/occupation.svg",
                                                  "figures/transitions.svg"};

std::string shortened(const Json& value) {
  std::string text = value.dump();
  constexpr std::size_t longest = 60;
  return text.size() <= longest ? text : text.substr(0, longest) + "...";
}

std::string difference_of_lists(const Json& before, const Json& now, const std::string& path) {
  if (before.size() != now.size())
    return path + ": " + std::to_string(before.size()) + " before, " + std::to_string(now.size()) + " now";
  std::string found;
  for (std::size_t i = 0; i < now.size() && found.empty(); ++i)
    found = first_difference(before[i], now[i], path + "[" + std::to_string(i) + "]");
  return found;
}

std::string difference_of_objects(const Json& before, const Json& now, const std::string& path) {
  const auto place = [&](const std::string& key) { return path.empty() ? key : path + "." + key; };
  for (const auto& [key, value] : now.items()) {
    if (!before.contains(key)) return place(key) + ": absent before, " + shortened(value) + " now";
    std::string found = first_difference(before[key], value, place(key));
    if (!found.empty()) return found;
  }
  for (const auto& [key, value] : before.items()) {
    if (!now.contains(key)) return place(key) + ": " + shortened(value) + " before, absent now";
  }
  return {};  // the same keys in another order
}

bool is_states_file(const std::filesystem::path& file) {
  return file.extension() == ".safetensors" && file.filename().string().rfind("states-", 0) == 0;
}

}  // namespace

std::string first_difference(const Json& before, const Json& now, const std::string& path) {
  if (before == now) return {};
  if (before.is_object() && now.is_object()) return difference_of_objects(before, now, path);
  if (before.is_array() && now.is_array()) return difference_of_lists(before, now, path);
  return path + ": " + shortened(before) + " before, " + shortened(now) + " now";
}

RunFolder::RunFolder(std::filesystem::path folder)
    : folder_(std::move(folder)), lock_((create_folder(folder_), folder_)) {}

bool RunFolder::has_manifest() const {
  return std::filesystem::exists(folder_ / kManifestName);
}

FolderState RunFolder::inspect(const Json& identity, bool overwrite) const {
  const std::filesystem::path file = folder_ / kManifestName;
  if (overwrite || !std::filesystem::exists(file)) return FolderState::fresh;
  const Json document = read_json_file(file);
  const JsonObject manifest(document, file.string());
  const Json before = manifest.has("identity") ? document["identity"] : Json::object();
  const std::string difference = first_difference(before, identity);
  if (!difference.empty()) {
    throw Error(ExitClass::folder_busy, {file.string(), "", std::nullopt, "holds another run: " + difference,
                                         "the same command, another folder, or --overwrite"});
  }
  return manifest.text_or("status", "") == "complete" ? FolderState::complete : FolderState::fresh;
}

void RunFolder::remove_unfinished_files() const {
  for (const char* name : {"", "tables", "states", "journal", "figures"})
    phasescope::remove_unfinished_files(folder_ / name);
}

void RunFolder::remove_earlier_run(bool with_states) const {
  if (!std::filesystem::exists(folder_ / kManifestName)) return;
  // The manifest goes first: without it, what might be left cannot be taken for a finished run.
  std::vector<std::filesystem::path> files = {folder_ / kManifestName};
  for (const char* name : kResults) files.push_back(folder_ / name);
  std::error_code error;
  if (with_states) {
    for (const auto& entry : std::filesystem::directory_iterator(folder_ / "states", error))
      if (is_states_file(entry.path())) files.push_back(entry.path());
  }
  for (const std::filesystem::path& file : files) {
    std::filesystem::remove(file, error);
    if (error) throw_environment_error(file.string(), "cannot be removed", error.value());
  }
  for (const char* name : {"tables", "figures", "states"})
    std::filesystem::remove(folder_ / name, error);  // where empty
}

}  // namespace phasescope::run
