#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace phasescope {

/// Keeps other processes out of a folder, or of a part of it that has a lock of its own, while this object
/// lives. The lock file says who holds it: host, process, boot and start of the process. The kernel drops the
/// lock with the process, however it ends, so what a killed one leaves behind is taken over; the file system
/// carries the lock to other hosts. Where it does not really lock, a holder that lives on this host is still
/// refused.
class FolderLock {
 public:
  /// The folder must exist. Waits most of a second for a holder that is just ending. Errors: folder_busy,
  /// naming the holder; environment.
  explicit FolderLock(std::filesystem::path folder, const std::string& name = ".lock");
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

  const std::filesystem::path& file() const { return file_; }

 private:
  bool acquire();

  std::filesystem::path folder_;
  std::filesystem::path file_;
  int descriptor_ = -1;
};

/// Who holds the lock of that name, as "process 12 on host a" ("another process" where it does not say), or
/// nothing. Errors: environment.
std::optional<std::string> lock_holder(const std::filesystem::path& file);

}  // namespace phasescope
