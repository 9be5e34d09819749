#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace phasescope {

/// The whole file as bytes. Errors: environment when it is missing, a folder, or unreadable.
std::string read_text_file(const std::filesystem::path& file);

/// A file that is mapped read-only into memory for as long as this object lives. Movable, not copyable.
class MappedFile {
 public:
  /// Errors: environment when it is missing, a folder, or unreadable.
  explicit MappedFile(const std::filesystem::path& file);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const std::byte* data() const { return data_; }
  std::uint64_t size() const { return size_; }
  const std::filesystem::path& path() const { return path_; }
  /// Tells the kernel that [offset, offset + length) will be wanted soon, or is not needed any more. Only
  /// hints.
  void will_need(std::uint64_t offset, std::uint64_t length) const;
  void dont_need(std::uint64_t offset, std::uint64_t length) const;

 private:
  void unmap() noexcept;

  std::filesystem::path path_;
  const std::byte* data_ = nullptr;
  std::uint64_t size_ = 0;
};

/// A file that appears whole or not at all: bytes go to a temporary neighbour, `commit` flushes it to disk,
/// renames it and flushes the folder. Without `commit` the destructor removes the temporary. Errors:
/// environment (disk full, permission).
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path destination);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(const void* bytes, std::size_t size);
  void write(std::string_view text) { write(text.data(), text.size()); }
  void commit();
  /// Instead of `commit`: false, and nothing is changed, when the destination is there already. Of several
  /// processes one succeeds.
  bool commit_if_absent();

 private:
  void finish();

  std::filesystem::path destination_;
  std::filesystem::path temporary_;
  int descriptor_ = -1;
};

/// Writes a whole text atomically (see AtomicFile).
void write_file_atomically(const std::filesystem::path& file, std::string_view text);

/// The same with commit_if_absent.
bool create_file_atomically(const std::filesystem::path& file, std::string_view text);

/// Makes names that were created, renamed or removed in a folder durable. Errors: environment.
void flush_folder(const std::filesystem::path& folder);

/// Creates a folder and its parents; the names of those that were missing are durable when this returns.
/// Errors: environment.
void create_folder(const std::filesystem::path& folder);

/// Removes the temporary neighbours that an AtomicFile leaves directly in a folder when its process is
/// killed, as far as they can be removed. No live process may be writing there.
void remove_unfinished_files(const std::filesystem::path& folder);

}  // namespace phasescope
