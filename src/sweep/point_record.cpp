#include "phasescope/sweep/point_record.h"

#include <optional>
#include <system_error>

#include <sys/stat.h>

#include "phasescope/base/error.h"
#include "phasescope/base/sha256.h"

namespace phasescope::sweep {
namespace {

std::int64_t nanoseconds(const timespec& time) {
  return static_cast<std::int64_t>(time.tv_sec) * 1000000000 + time.tv_nsec;
}

std::optional<FileStamp> stamp_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return FileStamp{path, static_cast<std::uint64_t>(status.st_size), nanoseconds(status.st_mtim),
                   nanoseconds(status.st_ctim)};
}

bool is_result(const std::filesystem::path& name) {
  if (name == "manifest.json" || *name.begin() == "states" || *name.begin() == "figures" ||
      *name.begin() == "journal")
    return false;
  if (name.filename().string().front() == '.') return false;
  const std::filesystem::path extension = name.extension();
  return extension == ".json" || extension == ".jsonl" || extension == ".csv";
}

Json files_to_json(const std::vector<FileStamp>& files) {
  Json list = Json::array();
  for (const FileStamp& file : files)
    list.push_back(
        {{"path", file.path}, {"size", file.size}, {"modified", file.modified}, {"changed", file.changed}});
  return list;
}

std::vector<FileStamp> files_from_json(const JsonObject& record) {
  std::vector<FileStamp> files;
  for (const Json& item : record.array("files")) {
    const JsonObject file(item, record.file(), record.field("files"));
    constexpr std::int64_t earliest = std::numeric_limits<std::int64_t>::min();
    files.push_back({file.text("path"), static_cast<std::uint64_t>(file.integer("size")),
                     file.integer("modified", earliest), file.integer("changed", earliest)});
  }
  return files;
}

}  // namespace

bool FileStamp::operator==(const FileStamp& other) const {
  return path == other.path && size == other.size && modified == other.modified && changed == other.changed;
}

std::vector<FileStamp> stamps_of(const checkpoint::Checkpoint& checkpoint) {
  std::vector<std::filesystem::path> paths = checkpoint.weight_files();
  if (checkpoint.format() != checkpoint::CheckpointFormat::gguf) {
    paths.push_back(checkpoint.config_file());
    paths.push_back(checkpoint.tokenizer_file());
  }
  std::vector<FileStamp> stamps;
  for (const std::filesystem::path& path : paths) {
    if (const auto stamp = stamp_of(std::filesystem::absolute(path).string())) stamps.push_back(*stamp);
  }
  return stamps;
}

bool is_unchanged(const FileStamp& before) {
  const auto now = stamp_of(before.path);
  return !now || *now == before;
}

Json record_to_json(const PointRecord& record) {
  Json json = {{"point", record.point}, {"status", record.status}};
  if (!record.error.empty()) json["error"] = record.error;
  json["model"] = record.model;
  json["files"] = files_to_json(record.files);
  json["results"] = record.results;
  return json;
}

PointRecord record_from_json(const Json& json, const std::string& file) {
  const JsonObject object(json, file);
  PointRecord record;
  record.point = object.text("point");
  record.status = object.text("status");
  if (record.status != "complete" && record.status != "partial" && record.status != "failed")
    object.fail("status", "found \"" + record.status + "\"", "complete, partial or failed");
  record.error = object.text_or("error", "");
  if (object.has("model")) record.model = object.object("model").json();
  record.files = files_from_json(object);
  const JsonObject results = object.object("results");
  for (const auto& [name, digest] : results.json().items()) record.results[name] = results.text(name);
  return record;
}

std::map<std::string, std::string> digest_results(const std::filesystem::path& folder) {
  std::map<std::string, std::string> digests;
  std::error_code error;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, error)) {
    const std::filesystem::path name = entry.path().lexically_relative(folder);
    if (entry.is_regular_file() && is_result(name)) digests[name.string()] = sha256_of_file(entry.path());
  }
  if (error) throw_environment_error(folder.string(), "cannot be listed", error.value());
  return digests;
}

}  // namespace phasescope::sweep
