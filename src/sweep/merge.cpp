#include "phasescope/sweep/merge.h"

#include "merged_figures.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "phasescope/base/error.h"
#include "phasescope/base/files.h"
#include "phasescope/base/folder_lock.h"
#include "phasescope/base/sha256.h"
#include "phasescope/sweep/merged_point.h"
#include "phasescope/sweep/sweep_folder.h"

namespace phasescope::sweep {
namespace {

constexpr const char* kLockName = ".merging";

/// Where a point was finished.
struct Source {
  std::filesystem::path folder;  ///< of the sweep
  PointRecord record;
};

/// Points that cannot be merged, by what is wrong with them.
struct Obstacles {
  std::vector<std::string> missing, failed, conflicting, damaged;

  static std::string list(const char* kind, const std::vector<std::string>& names) {
    if (names.empty()) return {};
    std::string text = "; " + std::to_string(names.size()) + " " + kind + ":";
    for (std::size_t i = 0; i < names.size(); ++i) text += (i == 0 ? " " : ", ") + names[i];
    return text;
  }
  std::string text() const {
    const std::string all = list("missing", missing) + list("failed", failed) +
                            list("conflicting", conflicting) + list("damaged", damaged);
    return all.empty() ? all : all.substr(2);
  }
};

/// The first result that is not what the journal recorded; empty when all are.
std::string damaged_result(const Source& source) {
  const std::filesystem::path folder = point_folder(source.folder, source.record.point);
  for (const auto& [name, digest] : source.record.results) {
    const std::filesystem::path file = folder / name;
    if (!std::filesystem::exists(file) || sha256_of_file(file) != digest) return name;
  }
  return std::filesystem::exists(folder / "manifest.json") ? std::string() : "manifest.json";
}

std::vector<std::filesystem::path> without_repetitions(const std::vector<std::filesystem::path>& folders) {
  std::set<std::filesystem::path> real;
  for (const std::filesystem::path& folder : folders) {
    if (!std::filesystem::is_directory(folder)) throw_environment_error(folder.string(), "is no folder");
    real.insert(std::filesystem::canonical(folder));
  }
  return {real.begin(), real.end()};  // sorted: the order in which they were named plays no part
}

class Merge {
 public:
  explicit Merge(const std::vector<std::filesystem::path>& folders) : folders_(without_repetitions(folders)) {
    identity_ = read_identity(folders_.front());
    for (const std::filesystem::path& folder : folders_) {
      require_same_sweep(folder, identity_);
      for (auto& [name, record] : read_records(folder)) sources_[name].push_back({folder, std::move(record)});
    }
  }

  Json document() {
    Obstacles obstacles;
    std::vector<std::pair<Json, Source>> chosen;
    for (const Json& planned : identity_["points"]) {
      if (auto source = choose(planned["name"].get<std::string>(), obstacles))
        chosen.emplace_back(planned, std::move(*source));
    }
    const std::string problem = obstacles.text();
    if (!problem.empty())
      throw Error(ExitClass::folder_busy, {places(), "", std::nullopt, problem, "every point finished once"});
    Json points = Json::array();
    for (const auto& [planned, source] : chosen) {
      points.push_back(
          merged_point(planned, source.record, point_folder(source.folder, source.record.point)));
      reports_.push_back({source.record.point, point_folder(source.folder, source.record.point)});
    }
    return {{"schema_version", 1},       {"kind", "phasescope.sweep"},      {"version", identity_["version"]},
            {"axes", identity_["axes"]}, {"prompts", identity_["prompts"]}, {"points", points}};
  }

  const std::vector<MergedReport>& reports() const { return reports_; }

 private:
  std::string places() const {
    std::string text;
    for (const std::filesystem::path& folder : folders_) text += (text.empty() ? "" : ", ") + folder.string();
    return text;
  }

  std::optional<Source> choose(const std::string& name, Obstacles& obstacles) const {
    std::optional<Source> chosen;
    std::string failure;
    const auto found = sources_.find(name);
    if (found == sources_.end()) {
      obstacles.missing.push_back(name);
      return std::nullopt;
    }
    for (const Source& source : found->second) {
      if (!source.record.is_finished()) {
        failure = source.record.error;
        continue;
      }
      if (const std::string damaged = damaged_result(source); !damaged.empty()) {
        obstacles.damaged.push_back(name + " (" + (point_folder(source.folder, name) / damaged).string() +
                                    ")");
        return std::nullopt;
      }
      if (chosen &&
          (source.record.results != chosen->record.results || source.record.model != chosen->record.model)) {
        obstacles.conflicting.push_back(name + " (" + chosen->folder.string() + ", " +
                                        source.folder.string() + ")");
        return std::nullopt;
      }
      if (!chosen) chosen = source;
    }
    if (!chosen) obstacles.failed.push_back(name + " (" + failure + ")");
    return chosen;
  }

  std::vector<std::filesystem::path> folders_;
  Json identity_;
  std::map<std::string, std::vector<Source>> sources_;
  std::vector<MergedReport> reports_;
};

}  // namespace

std::filesystem::path merged_file(const std::filesystem::path& folder) {
  return folder / "sweep.json";
}

bool is_merged(const std::filesystem::path& folder) {
  return std::filesystem::exists(merged_file(folder)) && !std::filesystem::exists(folder / kLockName);
}

MergeSummary merge_sweeps(const std::vector<std::filesystem::path>& folders,
                          const std::filesystem::path& output) {
  Merge merge(folders);
  const Json document = merge.document();
  create_folder(output);
  const FolderLock lock(output, kLockName);
  for (const char* name : {"", "figures"}) remove_unfinished_files(output / name);
  write_file_atomically(output / "sweep.csv", sweep_csv(document));
  write_merged_figures(document, merge.reports(), output);
  write_file_atomically(merged_file(output), document.dump(1) + "\n");
  const Json& points = document["points"];
  const auto partial = std::count_if(points.begin(), points.end(),
                                     [](const Json& point) { return point["status"] == "partial"; });
  return {output, points.size(), static_cast<std::size_t>(partial)};
}

}  // namespace phasescope::sweep
