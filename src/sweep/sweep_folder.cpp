#include "phasescope/sweep/sweep_folder.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "phasescope/base/error.h"
#include "phasescope/base/files.h"
#include "phasescope/run/run_folder.h"

namespace phasescope::sweep {
namespace {

constexpr const char* kLockName = ".lock";

std::string lock_name(const Shard& shard) {
  return shard.is_whole() ? kLockName : kLockName + ("-" + shard.file_name());
}

std::filesystem::path journal_file(const std::filesystem::path& folder, const Shard& shard) {
  return folder / "journal" / ((shard.is_whole() ? "all" : shard.file_name()) + ".jsonl");
}

/// "-of-8" of ".lock-2-of-8"; shares of one division have it in common.
std::string division_of(const std::string& lock) {
  const auto of = lock.rfind("-of-");
  return of == std::string::npos ? std::string() : lock.substr(of);
}

/// Two divisions at once would do the same points. Each process takes its own lock first and looks
/// afterwards, so that of two that start together at least one sees the other.
void refuse_other_divisions(const std::filesystem::path& folder, const std::string& own) {
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.rfind(kLockName, 0) != 0 || division_of(name) == division_of(own)) continue;
    if (const auto holder = lock_holder(entry.path())) {
      throw Error(ExitClass::folder_busy, folder.string() +
                                              ": another division of this sweep is at work here (" + *holder +
                                              ", " + name + ")");
    }
  }
}

std::vector<std::filesystem::path> journals_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "journal", none)) {
    if (entry.path().extension() == ".jsonl") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// Takes a record in; of two finished ones the results must agree.
void include(std::map<std::string, PointRecord>& records, PointRecord record,
             const std::filesystem::path& journal) {
  const auto found = records.find(record.point);
  if (found == records.end()) {
    records.emplace(record.point, std::move(record));
  } else if (!found->second.is_finished()) {
    found->second = std::move(record);
  } else if (record.is_finished() && record.results != found->second.results) {
    throw Error(ExitClass::folder_busy, {journal.string(), record.point, std::nullopt,
                                         "was finished before with other results", "one set of results"});
  }
}

}  // namespace

std::filesystem::path plan_file(const std::filesystem::path& folder) {
  return folder / "plan.json";
}

std::filesystem::path point_folder(const std::filesystem::path& folder, const std::string& point) {
  return folder / "points" / point;
}

std::map<std::string, PointRecord> read_records(const std::filesystem::path& folder) {
  std::map<std::string, PointRecord> records;
  for (const std::filesystem::path& file : journals_in(folder)) {
    for (const Json& entry : read_journal(file).entries)
      include(records, record_from_json(entry, file.string()), file);
  }
  return records;
}

Json read_identity(const std::filesystem::path& folder) {
  const std::filesystem::path file = plan_file(folder);
  const Json document = read_json_file(file);
  const JsonObject plan(document, file.string());
  if (plan.text("kind") != "phasescope.sweep_plan")
    plan.fail("kind", "found \"" + plan.text("kind") + "\"", "phasescope.sweep_plan");
  return plan.object("identity").json();
}

void require_same_sweep(const std::filesystem::path& folder, const Json& identity) {
  const std::string difference = run::first_difference(read_identity(folder), identity);
  if (difference.empty()) return;
  throw Error(ExitClass::folder_busy,
              {plan_file(folder).string(), "", std::nullopt, "holds another sweep: " + difference,
               "the same sweep, or another folder"});
}

SweepFolder::SweepFolder(std::filesystem::path folder, const Shard& shard, const Json& identity)
    : folder_(std::move(folder)), lock_((create_folder(folder_), folder_), lock_name(shard)) {
  refuse_other_divisions(folder_, lock_name(shard));
  if (shard.is_whole()) remove_unfinished_files(folder_);  // nobody else is at work here
  const Json plan = {{"schema_version", 1}, {"kind", "phasescope.sweep_plan"}, {"identity", identity}};
  if (std::filesystem::exists(plan_file(folder_)) ||
      !create_file_atomically(plan_file(folder_), plan.dump(1) + "\n"))
    require_same_sweep(folder_, identity);
  create_folder(folder_ / "points");
  create_folder(folder_ / "journal");
  flush_folder(folder_);
  journal_ = std::make_unique<Journal>(journal_file(folder_, shard));
}

}  // namespace phasescope::sweep
