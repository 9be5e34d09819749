#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "phasescope/base/json.h"

namespace phasescope::run {

/// The batches that a run has finished, kept in its folder until it ends: `journal.jsonl`, whose first line
/// says which run it is and every other that one more batch is finished, and `journal/batch-0001.bin`, ...,
/// what each of them left. A batch counts once its line is there, which is written after everything it refers
/// to is on disk; the whole file is replaced for it (temporary file, fsync, rename, fsync of the folder).
class RunJournal {
 public:
  /// `header` tells this run from others, program version included.
  RunJournal(std::filesystem::path folder, const Json& header);

  /// How many batches are there, whole and in order: from the first one on whose line cannot be read, or
  /// whose files are missing or not what the line says, all are ignored. Errors: folder_busy, naming the
  /// first difference, when the journal is of another run.
  std::size_t read();
  /// What batch number `batch` (from 0) left. Errors: environment.
  std::string record(std::size_t batch) const;
  /// Adds the next batch. `files`: files of the run folder that were written for it, relative to the folder.
  /// Errors: environment.
  void append(std::string_view record, const std::vector<std::filesystem::path>& files);
  /// Removes the journal and its folder; nothing where there is none. Errors: environment.
  void remove();

 private:
  std::filesystem::path file() const;
  std::filesystem::path record_file(std::size_t batch) const;
  bool is_whole(const std::string& line, std::size_t batch) const;
  bool is_file_of(const Json& entry) const;

  std::filesystem::path folder_;
  std::string header_;              // as a line
  std::vector<std::string> lines_;  // of whole batches
};

}  // namespace phasescope::run
