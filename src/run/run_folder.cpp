#include "phasescope/run/run_folder.h"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "phasescope/base/error.h"
#include "phasescope/base/files.h"

namespace phasescope::run {
namespace {

constexpr const char* kLockName = ".lock";

std::string shortened(const Json& value) {
  std::string text = value.dump();
  constexpr std::size_t longest = 60;
  return text.size() <= longest ? text : text.substr(0, longest) + "...";
}

}  // namespace

std::string first_difference(const Json& before, const Json& now, const std::string& path) {
  if (before == now) return {};
  if (before.is_object() && now.is_object()) {
    for (const auto& [key, value] : now.items()) {
      const std::string place = path.empty() ? key : path + "." + key;
      if (!before.contains(key)) return place + ": absent before, " + shortened(value) + " now";
      if (std::string found = first_difference(before[key], value, place); !found.empty()) return found;
    }
    for (const auto& [key, value] : before.items()) {
      if (!now.contains(key))
        return (path.empty() ? key : path + "." + key) + ": " + shortened(value) + " before, absent now";
    }
  }
  return path + ": " + shortened(before) + " before, " + shortened(now) + " now";
}

RunFolder::RunFolder(std::filesystem::path folder) : folder_(std::move(folder)) {
  create_folder(folder_);
  const std::filesystem::path lock = folder_ / kLockName;
  lock_descriptor_ = ::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (lock_descriptor_ < 0) throw_environment_error(lock.string(), "cannot be created", errno);
  // The kernel drops the lock with the process, however it ends.
  if (::flock(lock_descriptor_, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    ::close(std::exchange(lock_descriptor_, -1));
    if (error == EWOULDBLOCK)
      throw Error(ExitClass::folder_busy, folder_.string() + ": another phasescope is writing here");
    throw_environment_error(lock.string(), "cannot be locked", error);
  }
}

RunFolder::~RunFolder() {
  if (lock_descriptor_ < 0) return;
  ::unlink((folder_ / kLockName).c_str());
  ::close(lock_descriptor_);
}

FolderState RunFolder::inspect(const Json& identity, bool overwrite) const {
  const std::filesystem::path file = folder_ / "manifest.json";
  if (overwrite || !std::filesystem::exists(file)) return FolderState::fresh;
  const Json manifest = read_json_file(file);
  const std::string difference = first_difference(manifest.value("identity", Json::object()), identity);
  if (!difference.empty()) {
    throw Error(ExitClass::folder_busy, {file.string(), "", std::nullopt, "holds another run: " + difference,
                                         "the same command, another folder, or --overwrite"});
  }
  return manifest.value("status", "") == "complete" ? FolderState::complete : FolderState::fresh;
}

}  // namespace phasescope::run
