#include <algorithm>
#include <cstdio>

#include "phasescope/run/audit.h"

namespace phasescope::run {
namespace {

using checkpoint::Inventory;
using checkpoint::TensorProblem;
using checkpoint::TensorRecord;

struct Sizes {
  std::uint64_t bytes = 0;
  std::int64_t parameters = 0;
  std::int64_t not_finite = 0;
};

Sizes sizes_of(const Inventory& inventory) {
  Sizes sizes;
  for (const TensorRecord& tensor : inventory.tensors) {
    sizes.bytes += tensor.bytes;
    if (!tensor.not_finite) continue;
    std::int64_t elements = 1;
    for (const std::int64_t extent : tensor.shape) elements *= extent;
    sizes.parameters += elements;
    sizes.not_finite += *tensor.not_finite;
  }
  return sizes;
}

std::int64_t missing_of(const Inventory& inventory) {
  return std::count_if(inventory.problems.begin(), inventory.problems.end(),
                       [](const TensorProblem& problem) { return problem.missing; });
}

Json not_finite_of(const Inventory& inventory) {
  Json tensors = Json::array();
  for (const TensorRecord& tensor : inventory.tensors) {
    if (tensor.not_finite.value_or(0) > 0)
      tensors.push_back({{"tensor", tensor.name}, {"entries", *tensor.not_finite}});
  }
  return tensors;
}

Json problems_of(const Inventory& inventory, bool missing) {
  Json problems = Json::array();
  for (const TensorProblem& problem : inventory.problems) {
    if (problem.missing != missing) continue;
    if (missing)
      problems.push_back(problem.name);
    else
      problems.push_back({{"tensor", problem.name}, {"reason", problem.reason}});
  }
  return problems;
}

/// With their digests, so that checkpoints can be compared with those of another audit.
Json tensors_of(const Inventory& inventory) {
  Json tensors = Json::array();
  for (const TensorRecord& tensor : inventory.tensors)
    tensors.push_back(
        {{"name", tensor.name}, {"type", tensor.type}, {"shape", tensor.shape}, {"sha256", tensor.sha256}});
  return tensors;
}

Json checkpoint_to_json(const AuditedCheckpoint& checkpoint) {
  const Inventory& inventory = checkpoint.inventory;
  const Sizes sizes = sizes_of(inventory);
  const bool read = checkpoint.error.empty();
  Json json = {{"name", inventory.name},
               {"path", inventory.path.string()},
               {"status", read ? "ok" : "unreadable"},
               {"error", read ? Json() : Json(checkpoint.error)},
               {"family", inventory.family.empty() ? Json() : Json(inventory.family)}};
  if (inventory.family.empty()) json["family_reason"] = read ? inventory.family_reason : checkpoint.error;
  json["parameters"] = sizes.parameters;
  json["bytes"] = sizes.bytes;
  json["not_finite"] = not_finite_of(inventory);
  json["missing"] = problems_of(inventory, true);
  json["wrong"] = problems_of(inventory, false);
  json["tensors"] = tensors_of(inventory);
  return json;
}

/// Names may repeat, in the folders of several training runs; paths do not.
std::string name_at(const AuditReport& report, std::size_t place) {
  return report.checkpoints[place].inventory.path.string();
}

Json shared_to_json(const AuditReport& report, const SharedMatrices& shared) {
  return {{"first", name_at(report, shared.first)},
          {"second", name_at(report, shared.second)},
          {"share", shared.share},
          {"bytes", shared.bytes},
          {"tensors", shared.names}};
}

std::string short_text(const Json& value) {
  std::string text = value.is_null() ? "nothing" : value.dump();
  constexpr std::size_t kLongest = 60;
  if (text.size() > kLongest) text = text.substr(0, kLongest - 3) + "...";
  return text;
}

std::string share_text(double share) {
  char text[16];
  std::snprintf(text, sizeof text, "%.1f %%", 100 * share);
  return text;
}

std::string row(const std::string& name, const std::string& family, const std::string& tensors,
                const std::string& size, const std::string& not_finite, const std::string& missing,
                const std::string& wrong, std::size_t width) {
  char text[96];
  std::snprintf(text, sizeof text, "  %-12s %8s %11s %11s %8s %6s\n", family.c_str(), tensors.c_str(),
                size.c_str(), not_finite.c_str(), missing.c_str(), wrong.c_str());
  return name + std::string(width - std::min(width, name.size()), ' ') + text;
}

std::string table(const AuditReport& report) {
  std::size_t width = 10;
  for (const AuditedCheckpoint& checkpoint : report.checkpoints)
    width = std::max(width, checkpoint.inventory.path.string().size());
  std::string text = row("checkpoint", "family", "tensors", "MiB", "not finite", "missing", "wrong", width);
  for (const AuditedCheckpoint& checkpoint : report.checkpoints) {
    const Inventory& inventory = checkpoint.inventory;
    if (!checkpoint.error.empty()) {
      text += row(inventory.path.string(), "unreadable", "-", "-", "-", "-", "-", width);
      continue;
    }
    const Sizes sizes = sizes_of(inventory);
    char size[32];
    std::snprintf(size, sizeof size, "%.1f", static_cast<double>(sizes.bytes) / (1 << 20));
    text += row(inventory.path.string(), inventory.family.empty() ? "unknown" : inventory.family,
                std::to_string(inventory.tensors.size()), size, std::to_string(sizes.not_finite),
                std::to_string(missing_of(inventory)),
                std::to_string(static_cast<std::int64_t>(inventory.problems.size()) - missing_of(inventory)),
                width);
  }
  return text;
}

std::string findings_of(const AuditedCheckpoint& checkpoint) {
  const Inventory& inventory = checkpoint.inventory;
  if (!checkpoint.error.empty()) return "unreadable: " + checkpoint.error + "\n";
  std::string text;
  if (inventory.family.empty())
    text += inventory.path.string() + ": not a model that runs: " + inventory.family_reason + "\n";
  for (const TensorRecord& tensor : inventory.tensors) {
    if (tensor.not_finite.value_or(0) > 0)
      text += inventory.path.string() + ": " + tensor.name + ": " + std::to_string(*tensor.not_finite) +
              " entries are not finite\n";
  }
  for (const TensorProblem& problem : inventory.problems)
    text += inventory.path.string() + ": " + problem.name + ": " + problem.reason + "\n";
  return text;
}

std::string same_text(const AuditReport& report, const std::vector<std::size_t>& group) {
  std::string text = "the same:";
  for (std::size_t i = 0; i < group.size(); ++i) text += (i == 0 ? " " : " = ") + name_at(report, group[i]);
  return text + "\n";
}

std::string shared_text(const AuditReport& report, const SharedMatrices& shared) {
  return "in part the same: " + name_at(report, shared.first) + ", " + name_at(report, shared.second) + ": " +
         std::to_string(shared.names.size()) + " matrices, " + share_text(shared.share) + " of the bytes, " +
         shared.names.front() + (shared.names.size() > 1 ? " and others" : "") + "\n";
}

template <class Change>
std::string step_text(const AuditReport& report, const Change& change) {
  return name_at(report, change.before) + " to " + name_at(report, change.after) + ": ";
}

std::string change_text(const AuditReport& report, const SettingChange& change) {
  return step_text(report, change) + change.key + ": " + short_text(change.old_value) + " to " +
         short_text(change.new_value) + (change.bookkeeping ? " (bookkeeping)" : "") + "\n";
}

std::string change_text(const AuditReport& report, const TensorChange& change) {
  return step_text(report, change) + change.name + ": " + change.change + "\n";
}

/// The first of many; the report has all.
template <class Item, class Text>
std::string lines_of(const std::vector<Item>& items, const char* what, Text text_of) {
  constexpr std::size_t kMost = 20;
  std::string text;
  for (std::size_t i = 0; i < std::min(kMost, items.size()); ++i) text += text_of(items[i]);
  if (items.size() > kMost)
    text += "... and " + std::to_string(items.size() - kMost) + " more " + what + " (--json lists all)\n";
  return text;
}

std::string comparisons(const AuditReport& report) {
  const auto change = [&](const auto& item) { return change_text(report, item); };
  return lines_of(report.duplicates, "groups", [&](const auto& group) { return same_text(report, group); }) +
         lines_of(report.part_duplicates, "pairs",
                  [&](const auto& pair) { return shared_text(report, pair); }) +
         lines_of(report.setting_changes, "changed settings", change) +
         lines_of(report.tensor_changes, "changed tensors", change);
}

curvature::GateValue number(std::size_t value) {
  return {static_cast<double>(value), {}};
}

curvature::GateValue largest_share(const AuditReport& report) {
  if (report.checkpoints.size() < 2) return {std::nullopt, "there is one checkpoint"};
  if (!report.duplicates.empty()) return {1.0, {}};
  return {report.part_duplicates.empty() ? 0.0 : report.part_duplicates.front().share, {}};
}

}  // namespace

curvature::GateValues audit_values(const AuditReport& report) {
  std::size_t unreadable = 0, unknown = 0, with_not_finite = 0, missing = 0, wrong = 0, copies = 0,
              settings = 0;
  for (const AuditedCheckpoint& checkpoint : report.checkpoints) {
    const Inventory& inventory = checkpoint.inventory;
    unreadable += checkpoint.error.empty() ? 0 : 1;
    unknown += checkpoint.error.empty() && inventory.family.empty() ? 1 : 0;
    with_not_finite += sizes_of(inventory).not_finite > 0 ? 1 : 0;
    missing += static_cast<std::size_t>(missing_of(inventory));
    wrong += inventory.problems.size() - static_cast<std::size_t>(missing_of(inventory));
  }
  for (const auto& group : report.duplicates) copies += group.size() - 1;
  for (const SettingChange& change : report.setting_changes) settings += change.bookkeeping ? 0 : 1;
  return {{"checkpoints", number(report.checkpoints.size())},
          {"unreadable", number(unreadable)},
          {"unknown_family", number(unknown)},
          {"duplicates", number(copies)},
          {"part_duplicates", number(report.part_duplicates.size())},
          {"largest_share", largest_share(report)},
          {"not_finite", number(with_not_finite)},
          {"missing", number(missing)},
          {"wrong", number(wrong)},
          {"setting_changes", number(settings)},
          {"bookkeeping_changes", number(report.setting_changes.size() - settings)},
          {"tensor_changes", number(report.tensor_changes.size())}};
}

Json to_json(const AuditReport& report) {
  Json json = {{"schema_version", 1}, {"kind", "phasescope.audit"}};
  for (const auto& [name, value] : audit_values(report)) {
    json["summary"][name] = number_or_null(value.value);
    if (!value.value) json["summary"][name + "_reason"] = value.reason;
  }
  json["checkpoints"] = Json::array();
  for (const AuditedCheckpoint& checkpoint : report.checkpoints)
    json["checkpoints"].push_back(checkpoint_to_json(checkpoint));
  json["duplicates"] = Json::array();
  for (const auto& group : report.duplicates) {
    Json names = Json::array();
    for (const std::size_t place : group) names.push_back(name_at(report, place));
    json["duplicates"].push_back(names);
  }
  json["part_duplicates"] = Json::array();
  for (const SharedMatrices& shared : report.part_duplicates)
    json["part_duplicates"].push_back(shared_to_json(report, shared));
  json["setting_changes"] = Json::array();
  for (const SettingChange& change : report.setting_changes)
    json["setting_changes"].push_back({{"before", name_at(report, change.before)},
                                       {"after", name_at(report, change.after)},
                                       {"key", change.key},
                                       {"old", change.old_value},
                                       {"new", change.new_value},
                                       {"bookkeeping", change.bookkeeping}});
  json["tensor_changes"] = Json::array();
  for (const TensorChange& change : report.tensor_changes)
    json["tensor_changes"].push_back({{"before", name_at(report, change.before)},
                                      {"after", name_at(report, change.after)},
                                      {"tensor", change.name},
                                      {"change", change.change}});
  return json;
}

std::string audit_text(const AuditReport& report) {
  std::string text = table(report);
  std::string findings;
  for (const AuditedCheckpoint& checkpoint : report.checkpoints) findings += findings_of(checkpoint);
  findings += comparisons(report);
  return text + "\n" + (findings.empty() ? "nothing found\n" : findings);
}

}  // namespace phasescope::run
