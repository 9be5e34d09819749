#pragma once

#include <filesystem>
#include <string>

namespace phasescope::testing {

/// Leaves this process, and those it starts, alone with what they mount: nobody else sees it, and it goes
/// with them. Empty when that worked, else why it did not: neither the superuser nor user namespaces may
/// mount here.
std::string enter_private_mounts();

/// A file system in memory over a folder, for the life of this object.
class MemoryFileSystem {
 public:
  /// `options` as of tmpfs(5): "size=64k", "nr_inodes=8".
  MemoryFileSystem(const std::filesystem::path& folder, const std::string& options);
  ~MemoryFileSystem();
  MemoryFileSystem(const MemoryFileSystem&) = delete;
  MemoryFileSystem& operator=(const MemoryFileSystem&) = delete;

  void change(const std::string& options) const;
  void make_read_only(bool read_only) const;

 private:
  std::string folder_;
};

}  // namespace phasescope::testing
