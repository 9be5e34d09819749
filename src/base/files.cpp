#include "phasescope/base/files.h"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "phasescope/base/error.h"

namespace phasescope {
namespace {

/// Owns a file descriptor for the length of a scope.
struct Descriptor {
  int value;
  ~Descriptor() {
    if (value >= 0) ::close(value);
  }
};

Descriptor open_regular_file(const std::filesystem::path& file, std::uint64_t& size) {
  Descriptor descriptor{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
  if (descriptor.value < 0) throw_environment_error(file.string(), "cannot be opened", errno);
  struct stat status {};
  if (::fstat(descriptor.value, &status) != 0)
    throw_environment_error(file.string(), "cannot be examined", errno);
  if (S_ISDIR(status.st_mode)) throw_environment_error(file.string(), "is a folder, not a file");
  size = static_cast<std::uint64_t>(status.st_size);
  return Descriptor{std::exchange(descriptor.value, -1)};
}

void advise(const std::byte* data, std::uint64_t size, std::uint64_t offset, std::uint64_t length,
            int advice) {
  if (data == nullptr || offset >= size) return;
  const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  const std::uint64_t start = offset / page * page;
  const std::uint64_t end = std::min(size, offset + length);
  ::madvise(const_cast<std::byte*>(data) + start, end - start, advice);
}

/// A name that AtomicFile gives to what it has not finished: that of the result, a dot and six characters.
bool is_temporary(const std::string& name) {
  constexpr std::size_t suffix = 7;
  if (name.size() <= suffix || name[name.size() - suffix] != '.') return false;
  const std::string ending = std::filesystem::path(name.substr(0, name.size() - suffix)).extension();
  const auto endings = {".json", ".jsonl", ".csv", ".safetensors", ".bin", ".svg", ".html"};
  return std::find(endings.begin(), endings.end(), ending) != endings.end();
}

}  // namespace

std::string read_text_file(const std::filesystem::path& file) {
  std::uint64_t size = 0;
  const Descriptor descriptor = open_regular_file(file, size);
  std::string text;
  text.reserve(size);
  char buffer[1 << 16];
  for (;;) {
    const ssize_t count = ::read(descriptor.value, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_environment_error(file.string(), "cannot be read", errno);
    if (count == 0) return text;
    text.append(buffer, static_cast<std::size_t>(count));
  }
}

MappedFile::MappedFile(const std::filesystem::path& file) : path_(file) {
  const Descriptor descriptor = open_regular_file(file, size_);
  if (size_ == 0) return;
  void* address = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor.value, 0);
  if (address == MAP_FAILED) throw_environment_error(file.string(), "cannot be mapped into memory", errno);
  data_ = static_cast<const std::byte*>(address);
}

MappedFile::~MappedFile() {
  unmap();
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : path_(std::move(other.path_)),
      data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  if (this != &other) {
    unmap();
    path_ = std::move(other.path_);
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

void MappedFile::unmap() noexcept {
  if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
}

void MappedFile::will_need(std::uint64_t offset, std::uint64_t length) const {
  advise(data_, size_, offset, length, MADV_WILLNEED);
}

void MappedFile::dont_need(std::uint64_t offset, std::uint64_t length) const {
  advise(data_, size_, offset, length, MADV_DONTNEED);
}

void flush_folder(const std::filesystem::path& folder) {
  const Descriptor descriptor{
      ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (descriptor.value < 0 || ::fsync(descriptor.value) != 0) {
    throw_environment_error(folder.string(), "cannot be flushed to disk", errno);
  }
}

AtomicFile::AtomicFile(std::filesystem::path destination) : destination_(std::move(destination)) {
  std::string pattern = destination_.string() + ".XXXXXX";
  descriptor_ = ::mkostemp(pattern.data(), O_CLOEXEC);
  if (descriptor_ < 0) throw_environment_error(destination_.string(), "cannot be created", errno);
  temporary_ = pattern;
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::write(const void* bytes, std::size_t size) {
  const char* next = static_cast<const char*>(bytes);
  while (size > 0) {
    const ssize_t count = ::write(descriptor_, next, size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_environment_error(destination_.string(), "cannot be written", errno);
    next += count;
    size -= static_cast<std::size_t>(count);
  }
}

void AtomicFile::finish() {
  // mkostemp creates the file for its owner alone; the result should be as readable as any other new file.
  const mode_t mask = ::umask(0);
  ::umask(mask);
  if (::fchmod(descriptor_, 0666 & ~mask) != 0 || ::fsync(descriptor_) != 0) {
    throw_environment_error(destination_.string(), "cannot be flushed to disk", errno);
  }
  if (::close(std::exchange(descriptor_, -1)) != 0) {
    throw_environment_error(destination_.string(), "cannot be closed", errno);
  }
}

void AtomicFile::commit() {
  finish();
  if (::rename(temporary_.c_str(), destination_.c_str()) != 0) {
    throw_environment_error(destination_.string(), "cannot be renamed into place", errno);
  }
  temporary_.clear();
  flush_folder(destination_.parent_path());
}

bool AtomicFile::commit_if_absent() {
  finish();
  if (::link(temporary_.c_str(), destination_.c_str()) != 0) {
    const int error = errno;
    std::error_code none;
    if (error == EEXIST || std::filesystem::exists(destination_, none)) return false;
    throw_environment_error(destination_.string(), "cannot be linked into place", error);
  }
  flush_folder(destination_.parent_path());
  return true;
}

void write_file_atomically(const std::filesystem::path& file, std::string_view text) {
  AtomicFile output(file);
  output.write(text);
  output.commit();
}

bool create_file_atomically(const std::filesystem::path& file, std::string_view text) {
  AtomicFile output(file);
  output.write(text);
  return output.commit_if_absent();
}

void create_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::vector<std::filesystem::path> missing;
  for (std::filesystem::path level = folder; !level.empty() && !std::filesystem::exists(level, error);
       level = level.parent_path())
    missing.push_back(level);
  std::filesystem::create_directories(folder, error);
  if (error) throw_environment_error(folder.string(), "folder cannot be created", error.value());
  for (const std::filesystem::path& level : missing) {
    const std::filesystem::path parent = level.has_parent_path() ? level.parent_path() : ".";
    if (::access(parent.c_str(), R_OK) == 0) flush_folder(parent);  // what cannot be opened cannot be flushed
  }
}

void remove_unfinished_files(const std::filesystem::path& folder) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    if (entry.is_regular_file(ignored) && is_temporary(entry.path().filename().string()))
      std::filesystem::remove(entry.path(), ignored);
  }
}

}  // namespace phasescope
