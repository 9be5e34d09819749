#include "hub_cache.h"

#include <algorithm>
#include <cstdlib>

#include "phasescope/base/error.h"
#include "phasescope/base/files.h"

namespace phasescope::checkpoint {
namespace {

/// An empty variable counts as unset.
std::optional<std::filesystem::path> folder_from(const char* variable) {
  const char* value = std::getenv(variable);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

std::filesystem::path cache_folder() {
  if (const auto cache = folder_from("HF_HUB_CACHE")) return *cache;
  if (const auto home = folder_from("HF_HOME")) return *home / "hub";
  return folder_from("HOME").value_or(".") / ".cache/huggingface/hub";
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

}  // namespace

std::optional<std::filesystem::path> find_in_hub_cache(const std::string& model) {
  const auto at = model.find('@');
  const std::string repository_name = model.substr(0, at);
  const std::string revision = at == std::string::npos ? "main" : model.substr(at + 1);
  const auto slash = repository_name.find('/');
  if (slash == std::string::npos) return std::nullopt;
  const std::string owner = repository_name.substr(0, slash);
  const std::string name = repository_name.substr(slash + 1);
  if (!is_name(owner) || !is_name(name) || !is_revision(revision)) return std::nullopt;
  const std::filesystem::path repository = cache_folder() / ("models--" + owner + "--" + name);
  const std::filesystem::path snapshot = repository / "snapshots" / commit_of(repository, revision);
  if (!std::filesystem::is_directory(snapshot)) {
    throw_environment_error(
        model, "is neither a folder, nor a .gguf file, nor in the hub cache at " + snapshot.string());
  }
  return snapshot;
}

}  // namespace phasescope::checkpoint
