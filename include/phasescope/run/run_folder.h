#pragma once

#include <filesystem>
#include <string>

#include "phasescope/base/folder_lock.h"
#include "phasescope/base/json.h"

namespace phasescope::run {

/// What stands in an output folder before a run begins.
enum class FolderState {
  fresh,     ///< nothing of ours, or an unfinished run of the same command: start
  complete,  ///< the same command has finished here
};

/// The output folder of one run, held under a lock (FolderLock) for the life of this object.
class RunFolder {
 public:
  /// Creates the folder. Errors: folder_busy when another live process holds it; environment.
  explicit RunFolder(std::filesystem::path folder);

  const std::filesystem::path& path() const { return folder_; }
  /// Whether some run has begun here.
  bool has_manifest() const;
  /// Compares the identity of this run (options and digests) with the manifest found. Errors: folder_busy,
  /// naming the first difference, when the folder holds another run and `overwrite` is not set.
  /// input_file when the manifest is no JSON object.
  FolderState inspect(const Json& identity, bool overwrite) const;
  /// Removes the temporary files that a killed process left beside results of phasescope.
  void remove_unfinished_files() const;
  /// Removes manifest and results of an earlier run, so that its results never stand beside those of this
  /// one; `with_states`: its states/ too, which an analysis might be reading. Nothing where there is no
  /// manifest, and no file that phasescope does not write. Errors: environment.
  void remove_earlier_run(bool with_states) const;

 private:
  std::filesystem::path folder_;
  FolderLock lock_;
};

/// The first place where two JSON values differ, as "options.seed: 1 before, 2 now"; of lists of different
/// lengths these. Empty when the values are equal, whatever the order of their keys.
std::string first_difference(const Json& before, const Json& now, const std::string& path = {});

}  // namespace phasescope::run
