#include "phasescope/base/scratch_file.h"

#include <cerrno>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "phasescope/base/error.h"

namespace phasescope {

ScratchFile::~ScratchFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

/// The name is that of AtomicFile's temporary files, in case the process ends before it is taken away.
void ScratchFile::create() {
  std::string pattern = (folder_ / "scratch.bin.XXXXXX").string();
  descriptor_ = ::mkostemp(pattern.data(), O_CLOEXEC);
  if (descriptor_ < 0) throw_environment_error(folder_.string(), "no file can be created there", errno);
  if (::unlink(pattern.c_str()) != 0) throw_environment_error(pattern, "cannot be removed", errno);
}

ScratchRange ScratchFile::put(std::string_view bytes) {
  if (descriptor_ < 0) create();
  const ScratchRange range{size_, bytes.size()};
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(size_));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_environment_error(folder_.string(), "a file in it cannot be written", errno);
    bytes.remove_prefix(static_cast<std::size_t>(count));
    size_ += static_cast<std::uint64_t>(count);
  }
  return range;
}

std::string ScratchFile::get(const ScratchRange& range) const {
  std::string bytes(range.size, '\0');
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t count = ::pread(descriptor_, bytes.data() + done, bytes.size() - done,
                                  static_cast<off_t>(range.offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_environment_error(folder_.string(), "a file in it cannot be read", errno);
    if (count == 0) throw Error(ExitClass::internal, "a scratch file is shorter than what was put into it");
    done += static_cast<std::size_t>(count);
  }
  return bytes;
}

}  // namespace phasescope
