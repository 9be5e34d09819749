// Preloaded into the program under test (LD_PRELOAD): what it does to files is counted, written down, and
// harmed at one chosen place. The environment says which:
//   FAULT_BELOW      only operations on this folder and what is below count
//   FAULT_OPERATION  create (of a file or folder), write, flush (fsync, fdatasync), place (rename, link) or
//   remove FAULT_NUMBER     which of these operations, counted from 1 FAULT_KIND       kill: SIGKILL before
//   it; error: it fails with the number FAULT_ERROR;
//                    short: a write takes half of its bytes and says so; torn-kill: it takes half, then
//                    SIGKILL; torn-error: it takes half, and the next write to any file fails with
//                    FAULT_ERROR
//   FAULT_LOG        a line "operation path" for each operation goes to the end of this file
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <string>

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

struct Plan {
  std::string below = variable("FAULT_BELOW"), operation = variable("FAULT_OPERATION"),
              kind = variable("FAULT_KIND");
  int number = std::atoi(variable("FAULT_NUMBER").c_str());
  int error = std::atoi(variable("FAULT_ERROR").c_str());
  int log = -1;

  Plan() {
    const std::string file = variable("FAULT_LOG");
    const int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC;  // past our own open
    if (!file.empty()) log = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, file.c_str(), flags, 0666));
  }
};

const Plan& plan() {
  static const Plan plan;
  return plan;
}

/// The function that this library stands in front of.
template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

using Write = ssize_t (*)(int, const void*, size_t);
ssize_t write_really(int descriptor, const void* bytes, size_t size) {
  static const auto function = next<Write>("write");
  return function(descriptor, bytes, size);
}

std::string absolute(const char* path) {
  if (path[0] == '/') return path;
  char folder[4096];
  return ::getcwd(folder, sizeof folder) == nullptr ? path : std::string(folder) + "/" + path;
}

std::string path_of(int descriptor) {
  char path[4096];
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  const ssize_t size = ::readlink(link.c_str(), path, sizeof path);
  return size > 0 ? std::string(path, static_cast<std::size_t>(size)) : std::string();
}

void log_line(const char* operation, const std::string& text) {
  if (plan().log < 0) return;
  const std::string line = std::string(operation) + " " + text + "\n";
  if (write_really(plan().log, line.data(), line.size()) < 0) std::abort();
}

/// Counts an operation; true when it is the one to harm.
bool is_chosen(const char* operation, const std::string& path, const std::string& logged) {
  const std::string& below = plan().below;
  if (below.empty() || (path + "/").compare(0, below.size() + 1, below + "/") != 0) return false;
  log_line(operation, logged);
  static std::atomic<int> count{0};
  return plan().operation == operation && ++count == plan().number;
}

/// Before an operation that takes place or does not: false when it is to fail, with errno set.
bool may_happen(const char* operation, const std::string& path, const std::string& logged) {
  if (!is_chosen(operation, path, logged)) return true;
  if (plan().kind == "kill") ::raise(SIGKILL);
  errno = plan().error;
  return false;
}

bool may_happen(const char* operation, const std::string& path) {
  return may_happen(operation, path, path);
}

std::atomic<bool> fails_next{false};

/// How many of `size` bytes a write may take; negative: it fails, with errno set.
ssize_t bytes_to_write(int descriptor, size_t size) {
  if (descriptor <= STDERR_FILENO) return static_cast<ssize_t>(size);
  const std::string path = path_of(descriptor);
  const bool chosen = is_chosen("write", path, path);
  errno = plan().error;
  if (fails_next.exchange(false)) return -1;
  if (!chosen) return static_cast<ssize_t>(size);
  if (plan().kind == "kill") ::raise(SIGKILL);
  if (plan().kind == "error") return -1;
  fails_next = plan().kind == "torn-error";
  return static_cast<ssize_t>(size / 2);
}

ssize_t after_write(ssize_t count, size_t size) {
  if (static_cast<size_t>(count) < size && plan().kind == "torn-kill") ::raise(SIGKILL);
  return count;
}

}  // namespace

extern "C" {

ssize_t write(int descriptor, const void* bytes, size_t size) {
  const ssize_t part = bytes_to_write(descriptor, size);
  return part < 0 ? part : after_write(write_really(descriptor, bytes, static_cast<size_t>(part)), size);
}

ssize_t pwrite(int descriptor, const void* bytes, size_t size, off_t offset) {
  using Function = ssize_t (*)(int, const void*, size_t, off_t);
  static const auto really = next<Function>("pwrite");
  const ssize_t part = bytes_to_write(descriptor, size);
  return part < 0 ? part : after_write(really(descriptor, bytes, static_cast<size_t>(part), offset), size);
}

int fsync(int descriptor) {
  static const auto really = next<int (*)(int)>("fsync");
  return may_happen("flush", path_of(descriptor)) ? really(descriptor) : -1;
}

int fdatasync(int descriptor) {
  static const auto really = next<int (*)(int)>("fdatasync");
  return may_happen("flush", path_of(descriptor)) ? really(descriptor) : -1;
}

int rename(const char* from, const char* to) noexcept {
  static const auto really = next<int (*)(const char*, const char*)>("rename");
  return may_happen("place", absolute(to), absolute(from) + " " + absolute(to)) ? really(from, to) : -1;
}

int link(const char* from, const char* to) noexcept {
  static const auto really = next<int (*)(const char*, const char*)>("link");
  return may_happen("place", absolute(to), absolute(from) + " " + absolute(to)) ? really(from, to) : -1;
}

int open(const char* path, int flags, ...) {
  static const auto really = next<int (*)(const char*, int, ...)>("open");
  std::va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  struct stat status {};
  const bool creates = (flags & O_CREAT) != 0 && ::stat(path, &status) != 0;
  return !creates || may_happen("create", absolute(path)) ? really(path, flags, mode) : -1;
}

int mkostemp(char* pattern, int flags) {
  static const auto really = next<int (*)(char*, int)>("mkostemp");
  return may_happen("create", absolute(pattern)) ? really(pattern, flags) : -1;
}

int mkdir(const char* path, mode_t mode) noexcept {
  static const auto really = next<int (*)(const char*, mode_t)>("mkdir");
  struct stat status {};
  return ::stat(path, &status) == 0 || may_happen("create", absolute(path)) ? really(path, mode) : -1;
}

int unlink(const char* path) noexcept {
  static const auto really = next<int (*)(const char*)>("unlink");
  return may_happen("remove", absolute(path)) ? really(path) : -1;
}

int remove(const char* path) noexcept {
  static const auto really = next<int (*)(const char*)>("remove");
  return may_happen("remove", absolute(path)) ? really(path) : -1;
}

}  // extern "C"
