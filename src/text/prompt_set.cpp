#include "phasescope/text/prompt_set.h"

#include <algorithm>
#include <map>
#include <unordered_set>
#include <utility>

#include "phasescope/base/error.h"
#include "phasescope/base/files.h"
#include "phasescope/base/json.h"
#include "phasescope/formats/csv.h"
#include "phasescope/text/unicode.h"

namespace phasescope::text {
namespace {

/// A prompt as its file has it: named fields, those that are absent or empty left out, and the line they are
/// on.
struct Entry {
  std::uint64_t line;
  std::map<std::string, std::string> fields;
};

class Loader {
 public:
  explicit Loader(const std::filesystem::path& path) : file_(path.string()), text_(read_text_file(path)) {
    if (text_.rfind("\xEF\xBB\xBF", 0) == 0) text_.erase(0, 3);  // byte order mark
    check_encoding();
  }

  std::vector<Entry> json_lines() const {
    std::vector<Entry> entries;
    for_each_line([&](std::uint64_t number, std::string_view line) {
      entries.push_back({number, json_fields(number, line)});
    });
    return entries;
  }

  std::vector<Entry> plain_lines() const {
    std::vector<Entry> entries;
    for_each_line([&](std::uint64_t number, std::string_view line) {
      entries.push_back({number, {{"prompt", std::string(line)}}});
    });
    return entries;
  }

  std::vector<Entry> csv_records() const {
    const std::vector<formats::CsvRow> records = formats::parse_csv(text_, file_);
    if (records.empty()) return {};
    const std::vector<std::string>& header = records.front().cells;
    check_header(header);
    std::vector<Entry> entries;
    for (std::size_t i = 1; i < records.size(); ++i) entries.push_back(csv_entry(header, records[i]));
    return entries;
  }

  std::vector<Prompt> to_prompts(const std::vector<Entry>& entries) const {
    if (entries.empty()) throw_input_error(file_, "", "holds no prompts");
    std::vector<Prompt> prompts;
    std::unordered_set<std::string> ids;
    std::map<std::string, std::size_t> times_seen;
    for (const Entry& entry : entries) {
      prompts.push_back(to_prompt(entry));
      Prompt& prompt = prompts.back();
      const bool named = entry.fields.count("id") > 0;
      prompt.identity = (named ? "id " + prompt.id : "copy " + std::to_string(times_seen[prompt.text]++)) +
                        "\n" + prompt.text;
      if (!ids.insert(prompts.back().id).second) {
        fail(entry.line, "id", "\"" + prompts.back().id + "\" occurs twice");
      }
    }
    return prompts;
  }

 private:
  [[noreturn]] void fail(std::uint64_t line, const std::string& field, const std::string& reason,
                         const std::string& expected = {}) const {
    throw_input_error(file_, field, reason, expected, at_line(line));
  }

  void check_encoding() const {
    const auto fault = first_invalid_utf8_byte(text_);
    if (!fault) return;
    const auto end = text_.begin() + static_cast<std::ptrdiff_t>(*fault);
    fail(1 + static_cast<std::uint64_t>(std::count(text_.begin(), end, '\n')), "text", "is no valid UTF-8");
  }

  /// Calls visit(number from 1, line) for every line with more than white space on it.
  template <typename Visitor>
  void for_each_line(Visitor&& visit) const {
    std::uint64_t number = 0;
    for (std::size_t begin = 0; begin < text_.size();) {
      const std::size_t end = std::min(text_.find('\n', begin), text_.size());
      std::string_view line = std::string_view(text_).substr(begin, end - begin);
      if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
      ++number;
      if (line.find_first_not_of(" \t\r") != std::string_view::npos) visit(number, line);
      begin = end + 1;
    }
  }

  Json parse_line(std::uint64_t number, std::string_view line) const {
    try {
      return parse_json(line, file_);
    } catch (const Error& error) {
      fail(number, "JSON", error.details().reason);
    }
  }

  std::map<std::string, std::string> json_fields(std::uint64_t number, std::string_view line) const {
    const Json object = parse_line(number, line);
    if (!object.is_object()) fail(number, "JSON", std::string("found ") + object.type_name(), "an object");
    std::map<std::string, std::string> fields;
    for (const char* key : {"id", "category", "prompt", "pair", "role", "answer"}) {
      const auto found = object.find(key);
      if (found == object.end() || found->is_null()) continue;
      if (!found->is_string() && !found->is_number()) {
        fail(number, key, std::string("found ") + found->type_name(), "a string");
      }
      fields[key] = found->is_string() ? found->get<std::string>() : found->dump();
    }
    return fields;
  }

  void check_header(const std::vector<std::string>& header) const {
    if (std::find(header.begin(), header.end(), "prompt") == header.end()) {
      fail(1, "prompt", "missing from the header", "a column of this name");
    }
    const std::unordered_set<std::string> names(header.begin(), header.end());
    if (names.size() != header.size()) fail(1, "CSV", "two columns of the header have the same name");
  }

  Entry csv_entry(const std::vector<std::string>& header, const formats::CsvRow& record) const {
    if (record.cells.size() != header.size()) {
      fail(record.line, "CSV", "found " + std::to_string(record.cells.size()) + " fields",
           std::to_string(header.size()) + " as in the header");
    }
    Entry entry{record.line, {}};
    for (std::size_t i = 0; i < header.size(); ++i) {
      if (!record.cells[i].empty() || header[i] == "prompt") entry.fields[header[i]] = record.cells[i];
    }
    return entry;
  }

  std::optional<std::string> field(const Entry& entry, const std::string& name) const {
    const auto found = entry.fields.find(name);
    return found == entry.fields.end() ? std::nullopt : std::optional<std::string>(found->second);
  }

  Prompt to_prompt(const Entry& entry) const {
    Prompt prompt;
    const auto text = field(entry, "prompt");
    if (!text) fail(entry.line, "prompt", "missing");
    if (text->empty()) fail(entry.line, "prompt", "is empty");
    prompt.text = *text;
    prompt.id = field(entry, "id").value_or(std::to_string(entry.line));
    prompt.category = field(entry, "category").value_or("all");
    prompt.pair = field(entry, "pair");
    prompt.role = role_of(entry);
    prompt.answer = field(entry, "answer");
    return prompt;
  }

  std::optional<PromptRole> role_of(const Entry& entry) const {
    const auto name = field(entry, "role");
    if (!name) return std::nullopt;
    for (const PromptRole role : {PromptRole::grounded, PromptRole::prone, PromptRole::style}) {
      if (*name == to_string(role)) return role;
    }
    fail(entry.line, "role", "found \"" + *name + "\"", "grounded, prone or style");
  }

  std::string file_;
  std::string text_;
};

std::vector<Entry> read_entries(const Loader& loader, const std::string& extension) {
  if (extension == ".jsonl" || extension == ".ndjson" || extension == ".json") return loader.json_lines();
  return extension == ".csv" ? loader.csv_records() : loader.plain_lines();
}

}  // namespace

std::string to_string(PromptRole role) {
  switch (role) {
    case PromptRole::grounded:
      return "grounded";
    case PromptRole::prone:
      return "prone";
    default:
      return "style";
  }
}

std::vector<std::string> PromptSet::categories() const {
  std::vector<std::string> names;
  for (const Prompt& prompt : prompts) {
    if (std::find(names.begin(), names.end(), prompt.category) == names.end())
      names.push_back(prompt.category);
  }
  return names;
}

PromptSet load_prompt_set(const std::filesystem::path& file) {
  const Loader loader(file);
  return {file, loader.to_prompts(read_entries(loader, file.extension().string()))};
}

}  // namespace phasescope::text
