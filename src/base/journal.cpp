#include "phasescope/base/journal.h"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "phasescope/base/error.h"
#include "phasescope/base/files.h"
#include "phasescope/base/sha256.h"

namespace phasescope {
namespace {

constexpr std::size_t kCheckDigits = 16;
constexpr std::string_view kBeforeCheck = ",\"check\":\"";
constexpr std::string_view kAfterCheck = "\"}";

std::string check_of(std::string_view object) {
  return sha256_of_text(object).substr(0, kCheckDigits);
}

/// `{...}` becomes `{...,"check":"..."}`.
std::string line_of(const Json& entry) {
  const std::string object = entry.dump(-1, ' ', false, Json::error_handler_t::replace);
  return object.substr(0, object.size() - 1) + std::string(kBeforeCheck) + check_of(object) +
         std::string(kAfterCheck) + "\n";
}

/// The entry of a line without its line end; nothing when the line is not as it was written.
std::optional<Json> entry_of(std::string_view line) {
  const std::size_t tail = kBeforeCheck.size() + kCheckDigits + kAfterCheck.size();
  if (line.size() <= tail) return std::nullopt;
  const std::string object = std::string(line.substr(0, line.size() - tail)) + "}";
  const std::string expected = std::string(kBeforeCheck) + check_of(object) + std::string(kAfterCheck);
  if (line.substr(line.size() - tail) != expected) return std::nullopt;
  Json entry = Json::parse(object, nullptr, false);
  return entry.is_object() ? std::optional(std::move(entry)) : std::nullopt;
}

void flush(int descriptor, const std::filesystem::path& file) {
  if (::fsync(descriptor) != 0) throw_environment_error(file.string(), "cannot be flushed to disk", errno);
}

}  // namespace

JournalContents read_journal(const std::filesystem::path& file) {
  JournalContents contents;
  if (!std::filesystem::exists(file)) return contents;
  const std::string text = read_text_file(file);
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    std::optional<Json> entry = entry_of(std::string_view(text).substr(start, end - start));
    const bool last = end + 1 >= text.size();
    if (!entry || end == text.size()) {  // a line without its end was cut, even where all else is there
      if (last) break;
      throw Error(ExitClass::folder_busy,
                  {file.string(), "", at_line(contents.entries.size() + 1), "is not as it was written",
                   "an intact journal, or another folder"});
    }
    contents.entries.push_back(std::move(*entry));
    start = contents.intact_bytes = end + 1;
  }
  return contents;
}

Journal::Journal(std::filesystem::path file) : file_(std::move(file)) {
  const std::uint64_t intact = read_journal(file_).intact_bytes;
  descriptor_ = ::open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (descriptor_ < 0) throw_environment_error(file_.string(), "cannot be created", errno);
  try {
    if (::ftruncate(descriptor_, static_cast<off_t>(intact)) != 0)
      throw_environment_error(file_.string(), "cannot be written", errno);
    flush(descriptor_, file_);
    flush_folder(file_.parent_path());
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
}

Journal::~Journal() {
  ::close(descriptor_);
}

void Journal::append(const Json& entry) {
  const off_t before = ::lseek(descriptor_, 0, SEEK_END);
  try {
    write(line_of(entry));
    flush(descriptor_, file_);
  } catch (...) {
    // What did not reach the disk must not count. Where cutting it off fails as well, a half line is known
    // by its check.
    if (before >= 0 && ::ftruncate(descriptor_, before) == 0) ::fsync(descriptor_);
    throw;
  }
}

void Journal::write(std::string_view line) {
  while (!line.empty()) {
    const ssize_t count = ::write(descriptor_, line.data(), line.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_environment_error(file_.string(), "cannot be written", errno);
    line.remove_prefix(static_cast<std::size_t>(count));
  }
}

}  // namespace phasescope
