#include "hub_cache.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <tuple>

#include "phasescope/base/error.h"
#include "phasescope/base/files.h"
#include "phasescope/checkpoint/hub_models.h"
#include "phasescope/checkpoint/hub_revisions.h"

namespace phasescope::checkpoint {
namespace {

/// An empty variable counts as unset.
std::optional<std::filesystem::path> folder_from(const char* variable) {
  const char* value = std::getenv(variable);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

bool is_name(const std::string& text) {
  const auto allowed = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
  };
  return !text.empty() && text.front() != '.' && std::all_of(text.begin(), text.end(), allowed);
}

/// Branches may hold slashes ("refs/pr/1"): every part between them must be a name, so that no path made from
/// it leaves the repository's folder.
bool is_revision(const std::string& text) {
  const auto slash = text.find('/');
  if (slash == std::string::npos) return is_name(text);
  return is_name(text.substr(0, slash)) && is_revision(text.substr(slash + 1));
}

/// `refs/<revision>` holds the commit of a branch or tag; a commit is its own name.
std::string commit_of(const std::filesystem::path& repository, const std::string& revision) {
  const std::filesystem::path reference = repository / "refs" / revision;
  if (!std::filesystem::is_regular_file(reference)) return revision;
  std::string commit = read_text_file(reference);  // ends with a line break when written by hand
  commit.erase(
      std::remove_if(commit.begin(), commit.end(), [](unsigned char c) { return std::isspace(c) != 0; }),
      commit.end());
  if (!is_name(commit)) throw_input_error(reference.string(), {}, "names no commit", "a commit's name");
  return commit;
}

/// Branches and tags, by the commit they point to; their names may have several parts.
std::map<std::string, std::string> references_by_commit(const std::filesystem::path& repository) {
  std::map<std::string, std::string> references;
  const std::filesystem::path folder = repository / "refs";
  if (!std::filesystem::is_directory(folder)) return references;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const std::string name = entry.path().lexically_relative(folder).string();
    const std::string commit = commit_of(repository, name);
    const auto [place, added] = references.emplace(commit, name);
    if (!added && (name == "main" || name < place->second) && place->second != "main") place->second = name;
  }
  return references;
}

/// models--org--name
std::optional<std::string> repository_name(const std::string& folder) {
  const std::string prefix = "models--";
  const auto separator = folder.find("--", prefix.size());
  if (folder.rfind(prefix, 0) != 0 || separator == std::string::npos) return std::nullopt;
  return folder.substr(prefix.size(), separator - prefix.size()) + "/" + folder.substr(separator + 2);
}

void add_snapshots(const std::string& name, const std::filesystem::path& repository,
                   std::vector<HubModel>& models) {
  const std::filesystem::path snapshots = repository / "snapshots";
  if (!std::filesystem::is_directory(snapshots)) return;
  const std::map<std::string, std::string> references = references_by_commit(repository);
  for (const auto& entry : std::filesystem::directory_iterator(snapshots)) {
    if (!std::filesystem::exists(entry.path() / "config.json")) continue;
    const std::string commit = entry.path().filename().string();
    const auto reference = references.find(commit);
    models.push_back({name, reference == references.end() ? commit : reference->second, entry.path()});
  }
}

}  // namespace

std::filesystem::path hub_cache_folder() {
  if (const auto cache = folder_from("HF_HUB_CACHE")) return *cache;
  if (const auto home = folder_from("HF_HOME")) return *home / "hub";
  return folder_from("HOME").value_or(".") / ".cache/huggingface/hub";
}

std::vector<HubModel> models_in_hub_cache() {
  std::vector<HubModel> models;
  const std::filesystem::path cache = hub_cache_folder();
  if (!std::filesystem::is_directory(cache)) return models;
  for (const auto& entry : std::filesystem::directory_iterator(cache)) {
    if (const auto name = repository_name(entry.path().filename().string()))
      add_snapshots(*name, entry.path(), models);
  }
  std::sort(models.begin(), models.end(), [](const HubModel& a, const HubModel& b) {
    return std::tie(a.name, a.revision) < std::tie(b.name, b.revision);
  });
  return models;
}

std::vector<std::string> hub_revisions(const std::string& repository) {
  const auto slash = repository.find('/');
  if (slash == std::string::npos) return {};
  const std::string owner = repository.substr(0, slash), name = repository.substr(slash + 1);
  if (!is_name(owner) || !is_name(name)) return {};
  const std::filesystem::path references = hub_cache_folder() / ("models--" + owner + "--" + name) / "refs";
  std::vector<std::string> revisions;
  std::error_code none;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(references, none)) {
    const std::string revision = entry.path().lexically_relative(references).string();
    if (entry.is_regular_file() && is_revision(revision)) revisions.push_back(revision);
  }
  std::sort(revisions.begin(), revisions.end());
  return revisions;
}

std::optional<std::filesystem::path> find_in_hub_cache(const std::string& model) {
  const auto at = model.find('@');
  const std::string repository_name = model.substr(0, at);
  const std::string revision = at == std::string::npos ? "main" : model.substr(at + 1);
  const auto slash = repository_name.find('/');
  if (slash == std::string::npos) return std::nullopt;
  const std::string owner = repository_name.substr(0, slash);
  const std::string name = repository_name.substr(slash + 1);
  if (!is_name(owner) || !is_name(name) || !is_revision(revision)) return std::nullopt;
  const std::filesystem::path repository = hub_cache_folder() / ("models--" + owner + "--" + name);
  const std::filesystem::path snapshot = repository / "snapshots" / commit_of(repository, revision);
  if (!std::filesystem::is_directory(snapshot)) {
    throw_environment_error(
        model, "is neither a folder, nor a .gguf file, nor in the hub cache at " + snapshot.string());
  }
  return snapshot;
}

}  // namespace phasescope::checkpoint
