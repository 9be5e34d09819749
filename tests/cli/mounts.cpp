#include "mounts.h"

#include <cerrno>
#include <cstring>

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>

namespace phasescope::testing {

std::string enter_private_mounts() {
  static const std::string problem = [] {
    if (::unshare(CLONE_NEWNS) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
      return std::string("this process may not mount anything (unshare: ") + std::strerror(errno) + ")";
    if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
      return std::string("mounts cannot be made private (") + std::strerror(errno) + ")";
    if (::mount("none", "/mnt", "tmpfs", 0, "size=16k") != 0)
      return std::string("no tmpfs can be mounted (") + std::strerror(errno) + ")";
    ::umount("/mnt");
    return std::string();
  }();
  return problem;
}

MemoryFileSystem::MemoryFileSystem(const std::filesystem::path& folder, const std::string& options)
    : folder_(folder.string()) {
  std::filesystem::create_directories(folder);
  EXPECT_EQ(::mount("none", folder_.c_str(), "tmpfs", 0, options.c_str()), 0) << std::strerror(errno);
}

MemoryFileSystem::~MemoryFileSystem() {
  ::umount2(folder_.c_str(), MNT_DETACH);
}

void MemoryFileSystem::change(const std::string& options) const {
  EXPECT_EQ(::mount("none", folder_.c_str(), "tmpfs", MS_REMOUNT, options.c_str()), 0)
      << std::strerror(errno);
}

void MemoryFileSystem::make_read_only(bool read_only) const {
  const unsigned long flags = MS_REMOUNT | (read_only ? MS_RDONLY : 0);
  EXPECT_EQ(::mount("none", folder_.c_str(), "tmpfs", flags, nullptr), 0) << std::strerror(errno);
}

}  // namespace phasescope::testing
