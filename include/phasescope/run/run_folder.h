#pragma once

#include <filesystem>
#include <string>

#include "phasescope/base/json.h"

namespace phasescope::run {

/// What stands in an output folder before a run begins.
enum class FolderState {
  fresh,     ///< nothing of ours, or an unfinished run of the same command: start
  complete,  ///< the same command has finished here
};

/// The output folder of one run, held under a lock for the life of this object. A lock whose process is gone
/// is taken over.
class RunFolder {
 public:
  /// Creates the folder. Errors: folder_busy when another live process holds it; environment.
  explicit RunFolder(std::filesystem::path folder);
  ~RunFolder();
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  const std::filesystem::path& path() const { return folder_; }
  /// Compares the identity of this run (options and digests) with the manifest found. Errors: folder_busy,
  /// naming the first difference, when the folder holds another run and `overwrite` is not set.
  FolderState inspect(const Json& identity, bool overwrite) const;

 private:
  std::filesystem::path folder_;
  int lock_descriptor_ = -1;
};

/// The first place where two JSON values differ, as "options.seed: 1 before, 2 now"; empty when they are
/// equal.
std::string first_difference(const Json& before, const Json& now, const std::string& path = {});

}  // namespace phasescope::run
