#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "phasescope/base/folder_lock.h"
#include "phasescope/base/journal.h"
#include "phasescope/base/json.h"
#include "phasescope/sweep/point_record.h"
#include "phasescope/sweep/shard.h"

namespace phasescope::sweep {

/// Names inside a sweep's folder: plan.json, journal/<share>.jsonl, points/<name>/.
std::filesystem::path plan_file(const std::filesystem::path& folder);
std::filesystem::path point_folder(const std::filesystem::path& folder, const std::string& point);

/// The newest record of each point in all journals of a sweep's folder, but a finished one before a failed
/// one. Errors: those of read_journal; folder_busy when two journals finished a point with different results.
std::map<std::string, PointRecord> read_records(const std::filesystem::path& folder);

/// Errors: folder_busy, naming the first difference, when a plan.json holds another sweep's identity;
/// environment where there is none.
void require_same_sweep(const std::filesystem::path& folder, const Json& identity);
/// The identity in plan.json. Errors: environment, input_file.
Json read_identity(const std::filesystem::path& folder);

/// The folder of a sweep while one share of it is at work there. Shares of one division work beside each
/// other; a second process for the same share, and shares of another division, are kept out.
class SweepFolder {
 public:
  /// Creates the folder, locks it and leaves the identity in plan.json, or compares it with the one there.
  /// Errors: folder_busy, environment.
  SweepFolder(std::filesystem::path folder, const Shard& shard, const Json& identity);

  const std::filesystem::path& path() const { return folder_; }
  /// The record is on the disk when this returns. Errors: environment.
  void append(const PointRecord& record) { journal_->append(record_to_json(record)); }

 private:
  std::filesystem::path folder_;
  FolderLock lock_;
  std::unique_ptr<Journal> journal_;
};

}  // namespace phasescope::sweep
