#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace phasescope {

/// Where in a scratch file something was put.
struct ScratchRange {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

/// What does not stay in memory for the length of a run: a file without a name, which is gone when this
/// object or its process ends, however it ends. It is made with the first bytes that are put into it.
class ScratchFile {
 public:
  /// `folder` must exist by the time of the first `put`.
  explicit ScratchFile(std::filesystem::path folder) : folder_(std::move(folder)) {}
  ~ScratchFile();
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  /// Errors: environment (disk full, permission).
  ScratchRange put(std::string_view bytes);
  /// What was put there; from any thread. Errors: environment.
  std::string get(const ScratchRange& range) const;

 private:
  void create();

  std::filesystem::path folder_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace phasescope
