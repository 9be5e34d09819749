#include "hub_cache.h"

#include <algorithm>
#include <cstdlib>

#include "phasescope/base/error.h"
#include "phasescope/base/files.h"

namespace phasescope::checkpoint {
namespace {

std::filesystem::path cache_folder() {
  if (const char* cache = std::getenv("HF_HUB_CACHE")) return cache;
  if (const char* home = std::getenv("HF_HOME")) return std::filesystem::path(home) / "hub";
  const char* home = std::getenv("HOME");
  return std::filesystem::path(home == nullptr ? "." : home) / ".cache/huggingface/hub";
}

bool is_name(const std::string& text) {
  const auto allowed = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
  };
  return !text.empty() && text.front() != '.' && std::all_of(text.begin(), text.end(), allowed);
}

/// `refs/<revision>` holds the commit of a branch or tag; a commit is its own name.
std::string commit_of(const std::filesystem::path& repository, const std::string& revision) {
  const std::filesystem::path reference = repository / "refs" / revision;
  if (!std::filesystem::is_regular_file(reference)) return revision;
  std::string commit = read_text_file(reference);
  commit.erase(
      std::remove_if(commit.begin(), commit.end(), [](unsigned char c) { return std::isspace(c) != 0; }),
      commit.end());
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
  if (!is_name(owner) || !is_name(name) || revision.empty() || revision.find("..") != std::string::npos)
    return std::nullopt;
  const std::filesystem::path repository = cache_folder() / ("models--" + owner + "--" + name);
  const std::filesystem::path snapshot = repository / "snapshots" / commit_of(repository, revision);
  if (!std::filesystem::is_directory(snapshot)) {
    throw_environment_error(
        model, "is neither a folder, nor a .gguf file, nor in the hub cache at " + snapshot.string());
  }
  return snapshot;
}

}  // namespace phasescope::checkpoint
