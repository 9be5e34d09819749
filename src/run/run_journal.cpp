#include "phasescope/run/run_journal.h"

#include <cstdio>
#include <sstream>
#include <system_error>
#include <utility>

#include "phasescope/base/error.h"
#include "phasescope/base/files.h"
#include "phasescope/base/sha256.h"
#include "phasescope/run/run_folder.h"

namespace phasescope::run {
namespace {

constexpr const char* kFileName = "journal.jsonl";
constexpr const char* kFolderName = "journal";

/// The lines of a text; one that does not end with a line feed was cut and is left out.
std::vector<std::string> whole_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t start = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', start)) {
    lines.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return lines;
}

bool has_size(const std::filesystem::path& file, const Json& size) {
  std::error_code error;
  const std::uintmax_t found = std::filesystem::file_size(file, error);
  return !error && size.is_number_unsigned() && found == size.get<std::uintmax_t>();
}

void remove_file(const std::filesystem::path& file) {
  std::error_code error;
  std::filesystem::remove(file, error);
  if (error) throw_environment_error(file.string(), "cannot be removed", error.value());
}

}  // namespace

RunJournal::RunJournal(std::filesystem::path folder, const Json& header)
    : folder_(std::move(folder)), header_(header.dump()) {}

std::filesystem::path RunJournal::file() const {
  return folder_ / kFileName;
}

std::filesystem::path RunJournal::record_file(std::size_t batch) const {
  char name[40];
  std::snprintf(name, sizeof name, "batch-%04zu.bin", batch + 1);
  return folder_ / kFolderName / name;
}

std::size_t RunJournal::read() {
  lines_.clear();
  if (!std::filesystem::exists(file())) return 0;
  const std::vector<std::string> lines = whole_lines(read_text_file(file()));
  const Json header = lines.empty() ? Json() : Json::parse(lines.front(), nullptr, false);
  if (!header.is_object()) return 0;
  const std::string difference = first_difference(header, Json::parse(header_));
  if (!difference.empty()) {
    throw Error(ExitClass::folder_busy,
                {file().string(), "", std::nullopt, "holds another run that was stopped: " + difference,
                 "the same command and program, another folder, or --overwrite"});
  }
  for (std::size_t i = 1; i < lines.size() && is_whole(lines[i], i - 1); ++i) lines_.push_back(lines[i]);
  return lines_.size();
}

bool RunJournal::is_whole(const std::string& line, std::size_t batch) const {
  const Json entry = Json::parse(line, nullptr, false);
  if (!entry.is_object() || entry.value("batch", Json()) != Json(batch + 1)) return false;
  const std::filesystem::path record = record_file(batch);
  if (!has_size(record, entry.value("bytes", Json())) ||
      entry.value("sha256", Json()) != sha256_of_file(record))
    return false;
  for (const Json& file : entry.value("files", Json::array())) {
    if (!is_file_of(file)) return false;
  }
  return true;
}

bool RunJournal::is_file_of(const Json& entry) const {
  if (!entry.is_object() || !entry.value("path", Json()).is_string()) return false;
  return has_size(folder_ / entry["path"].get<std::string>(), entry.value("bytes", Json()));
}

std::string RunJournal::record(std::size_t batch) const {
  return read_text_file(record_file(batch));
}

void RunJournal::append(std::string_view record, const std::vector<std::filesystem::path>& files) {
  create_folder(folder_ / kFolderName);
  write_file_atomically(record_file(lines_.size()), record);
  Json entry = {{"batch", lines_.size() + 1}, {"bytes", record.size()}, {"sha256", sha256_of_text(record)}};
  entry["files"] = Json::array();
  for (const std::filesystem::path& written : files)
    entry["files"].push_back(
        {{"path", written.generic_string()}, {"bytes", std::filesystem::file_size(folder_ / written)}});
  lines_.push_back(entry.dump());
  std::string text = header_ + "\n";
  for (const std::string& line : lines_) text += line + "\n";
  write_file_atomically(file(), text);
}

void RunJournal::remove() {
  lines_.clear();
  remove_file(file());  // first: without it nothing counts
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder_ / kFolderName, error)) {
    if (entry.path().filename().string().rfind("batch-", 0) == 0) remove_file(entry.path());
  }
  std::filesystem::remove(folder_ / kFolderName, error);  // where empty
}

}  // namespace phasescope::run
