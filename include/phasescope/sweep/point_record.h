#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "phasescope/base/json.h"
#include "phasescope/checkpoint/checkpoint.h"

namespace phasescope::sweep {

/// What tells, without reading it, that a file has not been written to: a change of size or of one of its
/// times means that it must be read again.
struct FileStamp {
  std::string path;
  std::uint64_t size = 0;
  std::int64_t modified = 0;  ///< nanoseconds since the epoch
  std::int64_t changed = 0;   ///< of the inode, which no program can set back

  bool operator==(const FileStamp& other) const;
};

/// The files that a model is made of, as they are now.
std::vector<FileStamp> stamps_of(const checkpoint::Checkpoint& checkpoint);
/// Whether a file is as it was; one that is gone counts as unchanged, since its results stand.
bool is_unchanged(const FileStamp& before);

/// What a sweep's journal says of one point.
struct PointRecord {
  std::string point;
  std::string status;  ///< complete, partial (some prompts failed) or failed
  std::string error;   ///< why it failed
  Json model;          ///< digests of config, tokenizer and weights; null where it failed
  std::vector<FileStamp> files;
  std::map<std::string, std::string> results;  ///< SHA-256 of each result by its name in the point's folder

  /// Failed points are tried again.
  bool is_finished() const { return status != "failed"; }
};

Json record_to_json(const PointRecord& record);
/// Errors: input_file, naming `file`, when it is no record.
PointRecord record_from_json(const Json& json, const std::string& file);

/// Digests of what a run folder holds: reports, samples and tables, not manifest.json, which has times in it,
/// nor states and figures. Errors: environment.
std::map<std::string, std::string> digest_results(const std::filesystem::path& folder);

}  // namespace phasescope::sweep
