#include "phasescope/base/folder_lock.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "phasescope/base/error.h"
#include "phasescope/base/json.h"

namespace phasescope {
namespace {

using Clock = std::chrono::steady_clock;

/// A process that was killed holds its locks until the kernel has taken its memory apart.
constexpr std::chrono::milliseconds kPatience{800};
constexpr std::chrono::milliseconds kPause{20};
constexpr const char* kUnknown = "another process";

std::string host_name() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

std::string first_line_of(const std::string& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  return line;
}

/// Changes with every start of the machine.
std::string boot_id() {
  return first_line_of("/proc/sys/kernel/random/boot_id");
}

/// When a process began, in clock ticks after boot (proc(5), stat, field 22): with it a process id that is
/// used again is not taken for the old one. Empty: no such process.
std::string start_of(pid_t process) {
  const std::string stat = first_line_of("/proc/" + std::to_string(process) + "/stat");
  std::istringstream fields(
      stat.substr(std::min(stat.size(), stat.rfind(')') + 1)));  // the name holds anything
  std::string field;
  for (int number = 3; number <= 22; ++number) fields >> field;
  return fields ? field : std::string();
}

/// What a lock file says of its holder.
struct Holder {
  std::string host, boot, start;
  pid_t process = 0;

  std::string text() const {
    return process > 0 ? "process " + std::to_string(process) + " on host " + host : kUnknown;
  }
  bool lives_on_this_host() const {
    return process > 0 && process != ::getpid() && host == host_name() && boot == boot_id() &&
           !start.empty() && start == start_of(process);
  }
};

std::string own_record() {
  const Json record = {
      {"host", host_name()}, {"pid", ::getpid()}, {"boot_id", boot_id()}, {"start", start_of(::getpid())}};
  return record.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string text_in(const Json& record, const char* key) {
  const auto found = record.find(key);
  return found != record.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// A file that a holder was killed in before it had written itself down says nothing.
Holder holder_in(int descriptor) {
  char text[1024];
  const ssize_t size = ::pread(descriptor, text, sizeof text, 0);
  const Json record = Json::parse(text, text + std::max<ssize_t>(size, 0), nullptr, false);
  Holder holder;
  if (!record.is_object()) return holder;
  holder.host = text_in(record, "host");
  holder.boot = text_in(record, "boot_id");
  holder.start = text_in(record, "start");
  const auto process = record.find("pid");
  if (process != record.end() && process->is_number_integer()) holder.process = process->get<pid_t>();
  return holder;
}

/// False when the lock file was removed, by the process that held it, between opening and locking it: a lock
/// on it would keep nobody out.
bool is_same_file(int descriptor, const std::filesystem::path& file) {
  struct stat opened {
  }, named{};
  return ::fstat(descriptor, &opened) == 0 && ::stat(file.c_str(), &named) == 0 &&
         opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

}  // namespace

FolderLock::FolderLock(std::filesystem::path folder, const std::string& name)
    : folder_(std::move(folder)), file_(folder_ / name) {
  const auto deadline = Clock::now() + kPatience;
  while (!acquire()) {
    if (Clock::now() >= deadline) {
      const std::string holder = lock_holder(file_).value_or(kUnknown);
      throw Error(ExitClass::folder_busy, folder_.string() + ": another phasescope is writing here" +
                                              (holder == kUnknown ? "" : " (" + holder + ")"));
    }
    std::this_thread::sleep_for(kPause);
  }
  const std::string record = own_record();
  if (::ftruncate(descriptor_, 0) != 0 || ::pwrite(descriptor_, record.data(), record.size(), 0) < 0) {
    const int error = errno;
    ::unlink(file_.c_str());
    ::close(std::exchange(descriptor_, -1));
    throw_environment_error(file_.string(), "cannot be written", error);
  }
}

bool FolderLock::acquire() {
  descriptor_ = ::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor_ < 0) throw_environment_error(file_.string(), "cannot be created", errno);
  const int error = ::flock(descriptor_, LOCK_EX | LOCK_NB) != 0 ? errno : 0;
  if (error == 0 && is_same_file(descriptor_, file_) && !holder_in(descriptor_).lives_on_this_host())
    return true;
  ::close(std::exchange(descriptor_, -1));
  if (error != 0 && error != EWOULDBLOCK && error != EINTR)
    throw_environment_error(file_.string(), "cannot be locked", error);
  return false;
}

FolderLock::~FolderLock() {
  if (descriptor_ < 0) return;
  ::unlink(file_.c_str());
  ::close(descriptor_);
}

std::optional<std::string> lock_holder(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    if (errno == ENOENT) return std::nullopt;
    throw_environment_error(file.string(), "cannot be opened", errno);
  }
  const bool locked = ::flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  const Holder holder = holder_in(descriptor);
  ::close(descriptor);
  return locked || holder.lives_on_this_host() ? std::optional(holder.text()) : std::nullopt;
}

}  // namespace phasescope
