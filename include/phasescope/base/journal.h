#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

#include "phasescope/base/json.h"

namespace phasescope {

/// What a journal holds. Its file is JSON lines; each ends in a key `check`, the first 16 digits of the
/// SHA-256 of the line without it, so that a line that was cut or changed is known.
struct JournalContents {
  std::vector<Json> entries;       ///< objects without their `check`
  std::uint64_t intact_bytes = 0;  ///< up to the end of the last whole line
};

/// Reads a journal; one that does not exist is empty. A last line that is cut or does not match its check was
/// being written when its process ended and is left out. Errors: folder_busy for such a line anywhere else,
/// with its number; environment.
JournalContents read_journal(const std::filesystem::path& file);

/// A journal that this process alone appends to.
class Journal {
 public:
  /// Cuts off a last line that is not whole. Errors: as read_journal's.
  explicit Journal(std::filesystem::path file);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  /// The entry, an object, is on the disk when this returns. Errors: environment; the journal is then as it
  /// was before.
  void append(const Json& entry);

 private:
  void write(std::string_view line);

  std::filesystem::path file_;
  int descriptor_ = -1;
};

}  // namespace phasescope
