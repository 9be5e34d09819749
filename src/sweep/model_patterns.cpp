#include "phasescope/sweep/model_patterns.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <set>

#include <fnmatch.h>
#include <glob.h>

#include "phasescope/base/error.h"
#include "phasescope/checkpoint/hub_revisions.h"
#include "phasescope/sweep/training_name.h"

namespace phasescope::sweep {
namespace {

bool has_wildcard(const std::string& text) {
  return text.find_first_of("*?[") != std::string::npos;
}

bool is_checkpoint(const std::filesystem::path& path) {
  return path.extension() == ".gguf" ? std::filesystem::is_regular_file(path)
                                     : std::filesystem::is_regular_file(path / "config.json");
}

std::string last_part(const std::string& model) {
  const std::filesystem::path path(model);
  const std::filesystem::path name = (path.has_filename() ? path : path.parent_path()).filename();
  return (name.extension() == ".gguf" ? name.stem() : name).string();
}

/// By the order of training of the last parts, then of the whole paths.
void sort_by_training(std::vector<std::string>& models) {
  std::sort(models.begin(), models.end(), [](const std::string& a, const std::string& b) {
    const std::string left = last_part(a), right = last_part(b);
    return left == right ? natural_less(a, b) : trained_before(left, right);
  });
}

std::vector<std::string> matching_paths(const std::string& pattern) {
  glob_t found{};
  std::vector<std::string> paths;
  if (::glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found) == 0) {
    for (std::size_t i = 0; i < found.gl_pathc; ++i)
      if (is_checkpoint(found.gl_pathv[i])) paths.emplace_back(found.gl_pathv[i]);
  }
  ::globfree(&found);
  if (paths.empty())
    throw_environment_error(pattern, "matches no folder with a config.json and no .gguf file");
  sort_by_training(paths);
  return paths;
}

std::vector<std::string> matching_revisions(const std::string& repository, const std::string& pattern) {
  std::vector<std::string> models;
  for (const std::string& revision : checkpoint::hub_revisions(repository)) {
    if (::fnmatch(pattern.c_str(), revision.c_str(), 0) == 0) models.push_back(repository + "@" + revision);
  }
  if (models.empty())
    throw_environment_error(repository + "@" + pattern, "matches no revision in the hub cache");
  sort_by_training(models);
  return models;
}

/// The parts that a label can be made of, last first.
std::vector<std::string> parts_of(const std::string& model) {
  std::vector<std::string> parts;
  std::string text = std::filesystem::path(model).lexically_normal().string();
  if (text.size() > 5 && text.compare(text.size() - 5, 5, ".gguf") == 0) text.resize(text.size() - 5);
  for (const std::filesystem::path& part : std::filesystem::path(text)) {
    if (!part.empty() && part != "/" && part != "." && part != "..") parts.push_back(part.string());
  }
  std::reverse(parts.begin(), parts.end());
  return parts;
}

std::string label_of(const std::vector<std::string>& parts, std::size_t count) {
  std::string label;
  for (std::size_t i = 0; i < std::min(count, parts.size()); ++i)
    label = parts[i] + (label.empty() ? "" : "-" + label);
  return file_name_of(label);
}

}  // namespace

std::vector<std::string> expand_model(const std::string& entry) {
  if (!has_wildcard(entry) || std::filesystem::exists(entry)) return {entry};
  const auto at = entry.find('@');
  if (at != std::string::npos && !has_wildcard(entry.substr(0, at)))
    return matching_revisions(entry.substr(0, at), entry.substr(at + 1));
  return matching_paths(entry);
}

std::vector<std::string> model_labels(const std::vector<std::string>& models) {
  std::vector<std::vector<std::string>> parts;
  std::size_t longest = 1;
  for (const std::string& model : models) {
    parts.push_back(parts_of(model));
    longest = std::max(longest, parts.back().size());
  }
  std::vector<std::size_t> counts(models.size(), 1);
  for (std::size_t round = 1; round < longest; ++round) {
    std::map<std::string, std::vector<std::size_t>> same;
    for (std::size_t i = 0; i < models.size(); ++i) same[label_of(parts[i], counts[i])].push_back(i);
    for (const auto& [label, indices] : same) {
      if (indices.size() == 1) continue;
      for (const std::size_t i : indices) ++counts[i];
    }
  }
  std::vector<std::string> labels;
  for (std::size_t i = 0; i < models.size(); ++i) labels.push_back(label_of(parts[i], counts[i]));
  return labels;
}

std::string file_name_of(const std::string& text) {
  std::string name;
  for (const char c : text) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_' || c == '-';
    name += plain ? c : '-';
  }
  return name.empty() || name.front() == '.' ? "-" + name : name;
}

}  // namespace phasescope::sweep
