#include "phasescope/run/audit.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

#include <glob.h>

#include "phasescope/base/error.h"

namespace phasescope::run {
namespace {

using checkpoint::Inventory;
using checkpoint::TensorRecord;

std::vector<std::string> expand(const std::string& pattern) {
  glob_t found{};
  const int status = ::glob(pattern.c_str(), 0, nullptr, &found);
  std::vector<std::string> paths;
  for (std::size_t i = 0; status == 0 && i < found.gl_pathc; ++i) paths.emplace_back(found.gl_pathv[i]);
  ::globfree(&found);
  if (paths.empty()) throw_environment_error(pattern, "matches no checkpoint");
  return paths;
}

bool is_digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

/// A text, or a number without its leading zeros, taken from the front.
std::string take_part(std::string_view& text) {
  const bool number = is_digit(text.front());
  std::size_t length = 0;
  while (length < text.size() && is_digit(text[length]) == number) ++length;
  std::string part(text.substr(0, length));
  text.remove_prefix(length);
  if (number) part.erase(0, std::min(part.find_first_not_of('0'), part.size() - 1));
  return part;
}

int compare_parts(const std::string& a, const std::string& b) {
  const bool numbers = is_digit(a.front()) && is_digit(b.front());
  if (numbers && a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return a.compare(b);
}

/// Two extents above 1 at least, numbers, and not one value all over.
bool is_telling_matrix(const TensorRecord& tensor) {
  const auto wide = std::count_if(tensor.shape.begin(), tensor.shape.end(), [](auto n) { return n > 1; });
  return wide >= 2 && tensor.not_finite && !tensor.constant;
}

std::uint64_t matrix_bytes(const Inventory& inventory) {
  std::uint64_t bytes = 0;
  for (const TensorRecord& tensor : inventory.tensors) bytes += is_telling_matrix(tensor) ? tensor.bytes : 0;
  return bytes;
}

bool same_tensors(const Inventory& a, const Inventory& b) {
  const auto same = [](const TensorRecord& x, const TensorRecord& y) {
    return x.name == y.name && x.sha256 == y.sha256;
  };
  return !a.tensors.empty() &&
         std::equal(a.tensors.begin(), a.tensors.end(), b.tensors.begin(), b.tensors.end(), same);
}

void find_duplicates(AuditReport& report) {
  std::set<std::size_t> grouped;
  for (std::size_t i = 0; i < report.checkpoints.size(); ++i) {
    if (grouped.count(i) != 0) continue;
    std::vector<std::size_t> group = {i};
    for (std::size_t j = i + 1; j < report.checkpoints.size(); ++j) {
      if (same_tensors(report.checkpoints[i].inventory, report.checkpoints[j].inventory)) group.push_back(j);
    }
    if (group.size() < 2) continue;
    grouped.insert(group.begin(), group.end());
    report.duplicates.push_back(std::move(group));
  }
}

using Pair = std::pair<std::size_t, std::size_t>;

std::map<Pair, SharedMatrices> shared_matrices(const AuditReport& report) {
  std::map<std::pair<std::string, std::string>, std::vector<std::pair<std::size_t, std::uint64_t>>> holders;
  for (std::size_t i = 0; i < report.checkpoints.size(); ++i) {
    for (const TensorRecord& tensor : report.checkpoints[i].inventory.tensors)
      if (is_telling_matrix(tensor)) holders[{tensor.name, tensor.sha256}].emplace_back(i, tensor.bytes);
  }
  std::map<Pair, SharedMatrices> shared;
  for (const auto& [tensor, places] : holders) {
    for (std::size_t a = 0; a < places.size(); ++a) {
      for (std::size_t b = a + 1; b < places.size(); ++b) {
        SharedMatrices& pair = shared[{places[a].first, places[b].first}];
        pair.names.push_back(tensor.first);
        pair.bytes += places[a].second;
      }
    }
  }
  return shared;
}

void find_part_duplicates(AuditReport& report) {
  for (auto& [pair, shared] : shared_matrices(report)) {
    const Inventory& first = report.checkpoints[pair.first].inventory;
    const Inventory& second = report.checkpoints[pair.second].inventory;
    if (same_tensors(first, second)) continue;
    std::tie(shared.first, shared.second) = pair;
    const std::uint64_t smaller = std::min(matrix_bytes(first), matrix_bytes(second));
    shared.share = static_cast<double>(shared.bytes) / static_cast<double>(smaller);
    report.part_duplicates.push_back(std::move(shared));
  }
  std::stable_sort(report.part_duplicates.begin(), report.part_duplicates.end(),
                   [](const auto& a, const auto& b) { return a.share > b.share; });
}

Json setting(const Inventory& inventory, const std::string& key) {
  const auto found = inventory.settings.find(key);
  return found == inventory.settings.end() ? Json() : found->second;
}

void compare_settings(std::size_t before, std::size_t after, AuditReport& report) {
  const Inventory& old = report.checkpoints[before].inventory;
  const Inventory& now = report.checkpoints[after].inventory;
  std::set<std::string> keys;
  for (const auto* inventory : {&old, &now})
    for (const auto& item : inventory->settings) keys.insert(item.first);
  for (const std::string& key : keys) {
    const Json a = setting(old, key);
    const Json b = setting(now, key);
    if (a != b)
      report.setting_changes.push_back({before, after, key, a, b, checkpoint::is_bookkeeping_setting(key)});
  }
}

std::string form_of(const TensorRecord& tensor) {
  return tensor.type + " " + Json(tensor.shape).dump();
}

void compare_tensors(std::size_t before, std::size_t after, AuditReport& report) {
  std::map<std::string, std::pair<const TensorRecord*, const TensorRecord*>> both;
  for (const TensorRecord& tensor : report.checkpoints[before].inventory.tensors)
    both[tensor.name].first = &tensor;
  for (const TensorRecord& tensor : report.checkpoints[after].inventory.tensors)
    both[tensor.name].second = &tensor;
  for (const auto& [name, pair] : both) {
    const auto [old, now] = pair;
    if (now == nullptr) {
      report.tensor_changes.push_back({before, after, name, "gone"});
    } else if (old == nullptr) {
      report.tensor_changes.push_back({before, after, name, "new"});
    } else if (form_of(*old) != form_of(*now)) {
      report.tensor_changes.push_back({before, after, name, form_of(*old) + " to " + form_of(*now)});
    }
  }
}

/// Each readable checkpoint with the readable one before it.
void compare_neighbours(AuditReport& report) {
  std::optional<std::size_t> before;
  for (std::size_t i = 0; i < report.checkpoints.size(); ++i) {
    if (!report.checkpoints[i].error.empty()) continue;
    if (before) {
      compare_settings(*before, i, report);
      compare_tensors(*before, i, report);
    }
    before = i;
  }
}

AuditedCheckpoint read_checkpoint(const std::filesystem::path& path) {
  AuditedCheckpoint checkpoint;
  try {
    checkpoint.inventory = checkpoint::take_inventory(path);
  } catch (const Error& error) {
    checkpoint.error = error.what();
    checkpoint.inventory = {};
    checkpoint.inventory.path = path;
    checkpoint.inventory.name = path.filename().string();
  }
  return checkpoint;
}

}  // namespace

bool comes_before(const std::string& a, const std::string& b) {
  std::string_view left = a, right = b;
  while (!left.empty() && !right.empty()) {
    const int order = compare_parts(take_part(left), take_part(right));
    if (order != 0) return order < 0;
  }
  return left.empty() == right.empty() ? a < b : left.empty();
}

std::vector<std::filesystem::path> find_checkpoints(const std::vector<std::string>& patterns) {
  std::set<std::string> all;
  for (const std::string& pattern : patterns) {
    for (std::string path : expand(pattern)) {
      while (path.size() > 1 && path.back() == '/') path.pop_back();
      all.insert(std::move(path));
    }
  }
  std::vector<std::string> sorted(all.begin(), all.end());
  std::stable_sort(sorted.begin(), sorted.end(), comes_before);
  return {sorted.begin(), sorted.end()};
}

AuditReport audit_checkpoints(const std::vector<std::filesystem::path>& paths,
                              const std::function<void(std::size_t, const std::filesystem::path&)>& note) {
  AuditReport report;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (note) note(i, paths[i]);
    report.checkpoints.push_back(read_checkpoint(paths[i]));
  }
  find_duplicates(report);
  find_part_duplicates(report);
  compare_neighbours(report);
  return report;
}

}  // namespace phasescope::run
