#include "phasescope/text/prompt_set.h"

#include <algorithm>
<<<<<<< HEAD
#include <array>
#include <charconv>
#include <cmath>
#include <set>
#include <utility>

#include "phasescope/base/configs.h"
#include "phasescope/base/error.h"
#include "phasescope/base/files.h"
#include "phasescope/base/json.h"
#include "phasescope/formats/csv.h"
#include "phasescope/formats/jsonl.h"
=======
#include <map>
#include <unordered_set>
#include <utility>

#include "phasescope/base/error.h"
#include "phasescope/base/files.h"
#include "phasescope/base/json.h"
#include "phasescope/text/csv.h"
>>>>>>> text
#include "phasescope/text/unicode.h"

namespace phasescope::text {
namespace {

<<<<<<< HEAD
/// Takes prompts one by one and refuses those that break the rules of a set.
class Collector {
 public:
  explicit Collector(std::string file) : file_(std::move(file)) {}

  void add(Prompt prompt, std::uint64_t line) {
    if (prompt.text.find_first_not_of(" \t\r\n") == std::string::npos) fail("prompt", "is empty", line);
    if (first_invalid_utf8_byte(prompt.text)) fail("prompt", "is no UTF-8", line);
    if (prompt.id.empty()) prompt.id = std::to_string(line);
    if (prompt.category.empty()) prompt.category = "all";
    if (!ids_.insert(prompt.id).second) fail("id", "\"" + prompt.id + "\" appears twice", line);
    constexpr std::array roles = {"", "grounded", "prone", "style"};
    if (std::find(roles.begin(), roles.end(), prompt.role) == roles.end()) {
      fail("role", "found \"" + prompt.role + "\"", line, "grounded, prone or style");
    }
    if (prompt.category.find('/') != std::string::npos) fail("category", "holds a slash", line);
    prompts_.push_back(std::move(prompt));
  }

  [[noreturn]] void fail(const std::string& field, const std::string& reason, std::uint64_t line,
=======
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
    const std::vector<CsvRecord> records = parse_csv(text_, file_);
    if (records.empty()) return {};
    const std::vector<std::string>& header = records.front().fields;
    check_header(header);
    std::vector<Entry> entries;
    for (std::size_t i = 1; i < records.size(); ++i) entries.push_back(csv_entry(header, records[i]));
    return entries;
  }

  std::vector<Prompt> to_prompts(const std::vector<Entry>& entries) const {
    if (entries.empty()) throw_input_error(file_, "", "holds no prompts");
    std::vector<Prompt> prompts;
    std::unordered_set<std::string> ids;
    for (const Entry& entry : entries) {
      prompts.push_back(to_prompt(entry));
      if (!ids.insert(prompts.back().id).second) {
        fail(entry.line, "id", "\"" + prompts.back().id + "\" occurs twice");
      }
    }
    return prompts;
  }

 private:
  [[noreturn]] void fail(std::uint64_t line, const std::string& field, const std::string& reason,
>>>>>>> text
                         const std::string& expected = {}) const {
    throw_input_error(file_, field, reason, expected, at_line(line));
  }

<<<<<<< HEAD
  std::vector<Prompt> take() {
    if (prompts_.empty()) throw_input_error(file_, "", "holds no prompt", "at least 1");
    return std::move(prompts_);
  }

 private:
  std::string file_;
  std::set<std::string> ids_;
  std::vector<Prompt> prompts_;
};

struct Column {
  const char* name;
  std::string Prompt::*member;
};

constexpr std::array<Column, 6> kColumns = {{{"id", &Prompt::id},
                                             {"category", &Prompt::category},
                                             {"prompt", &Prompt::text},
                                             {"pair", &Prompt::pair},
                                             {"role", &Prompt::role},
                                             {"answer", &Prompt::answer}}};

Prompt prompt_of(const Json& value, std::uint64_t line, const Collector& collector) {
  if (!value.is_object()) collector.fail("", std::string("found ") + value.type_name(), line, "an object");
  Prompt prompt;
  for (const Column& column : kColumns) {
    const auto found = value.find(column.name);
    if (found == value.end() || found->is_null()) continue;
    const bool numeric_id = column.member == &Prompt::id && found->is_number_integer();
    if (!found->is_string() && !numeric_id) collector.fail(column.name, "found " + found->dump(), line, "a string");
    prompt.*column.member = found->is_string() ? found->get<std::string>() : found->dump();
  }
  if (!value.contains("prompt")) collector.fail("prompt", "missing", line);
  return prompt;
}

void read_json_lines(const std::filesystem::path& file, Collector& collector) {
  formats::for_each_json_line(
      file, [&](const Json& value, std::uint64_t line) { collector.add(prompt_of(value, line, collector), line); });
}

void read_csv(const std::filesystem::path& file, Collector& collector) {
  const std::vector<formats::CsvRow> rows = formats::parse_csv(read_text_file(file), file.string());
  if (rows.empty()) return;
  const std::vector<std::string>& header = rows.front().cells;
  if (std::find(header.begin(), header.end(), "prompt") == header.end()) {
    collector.fail("header", "has no column \"prompt\"", rows.front().line);
  }
  for (std::size_t r = 1; r < rows.size(); ++r) {
    if (rows[r].cells.size() != header.size()) {
      collector.fail("row", "has " + std::to_string(rows[r].cells.size()) + " cells", rows[r].line, std::to_string(header.size()));
    }
    Prompt prompt;
    for (std::size_t c = 0; c < header.size(); ++c) {
      for (const Column& column : kColumns) {
        if (header[c] == column.name) prompt.*column.member = rows[r].cells[c];
      }
    }
    collector.add(std::move(prompt), rows[r].line);
  }
}

void read_plain_text(const std::filesystem::path& file, Collector& collector) {
  const std::string text = read_text_file(file);
  std::uint64_t line = 1;
  for (std::size_t first = 0; first < text.size(); ++line) {
    const std::size_t end = std::min(text.find('\n', first), text.size());
    std::string content = text.substr(first, end - first);
    if (!content.empty() && content.back() == '\r') content.pop_back();
    if (content.find_first_not_of(" \t") != std::string::npos) collector.add({"", "", content, "", "", ""}, line);
    first = end + 1;
  }
}

std::int64_t whole_number(const std::string& limit, const std::string& part) {
  std::int64_t number = 0;
  const auto result = std::from_chars(part.data(), part.data() + part.size(), number);
  if (result.ec != std::errc() || result.ptr != part.data() + part.size() || number < 0) {
    throw Error(ExitClass::usage, "--limit: found \"" + limit + "\", expected N, a share such as 0.1, or FIRST-END");
  }
  return number;
=======
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

  Entry csv_entry(const std::vector<std::string>& header, const CsvRecord& record) const {
    if (record.fields.size() != header.size()) {
      fail(record.line, "CSV", "found " + std::to_string(record.fields.size()) + " fields",
           std::to_string(header.size()) + " as in the header");
    }
    Entry entry{record.line, {}};
    for (std::size_t i = 0; i < header.size(); ++i) {
      if (!record.fields[i].empty() || header[i] == "prompt") entry.fields[header[i]] = record.fields[i];
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
>>>>>>> text
}

}  // namespace

<<<<<<< HEAD
PromptSet load_prompt_set(const std::filesystem::path& file) {
  Collector collector(file.string());
  const std::string extension = file.extension().string();
  if (extension == ".jsonl" || extension == ".json") {
    read_json_lines(file, collector);
  } else if (extension == ".csv") {
    read_csv(file, collector);
  } else {
    read_plain_text(file, collector);
  }
  return {file, file.stem().string(), collector.take(), {}, std::nullopt};
}

PromptSet find_prompt_set(const std::string& name_or_file) {
  if (std::filesystem::is_regular_file(name_or_file)) return load_prompt_set(name_or_file);
  const std::filesystem::path folder = configs_folder() / "prompts";
  const Json index = read_json_file(folder / "index.json");
  std::string known;
  for (const Json& entry : JsonObject(index, (folder / "index.json").string()).array("sets")) {
    const JsonObject set(entry, (folder / "index.json").string(), "sets");
    known += " " + set.text("name");
    if (set.text("name") != name_or_file) continue;
    PromptSet found = load_prompt_set(folder / set.text("file"));
    found.analyses = set.texts("analyses");
    if (set.has("chat")) found.chat = set.text("chat");
    return found;
  }
  throw_environment_error(name_or_file, "is no file and no shipped prompt set; shipped are:" + known);
}

IndexRange parse_limit(const std::string& limit, std::int64_t count) {
  const auto dash = limit.find('-');
  if (dash != std::string::npos) {
    const std::int64_t first = whole_number(limit, limit.substr(0, dash));
    const std::int64_t end = whole_number(limit, limit.substr(dash + 1));
    return {std::min(first, count), std::clamp(end, std::min(first, count), count)};
  }
  if (limit.find('.') != std::string::npos) {
    double share = 0;
    const auto result = std::from_chars(limit.data(), limit.data() + limit.size(), share);
    if (result.ec == std::errc() && result.ptr == limit.data() + limit.size() && share > 0 && share <= 1) {
      return {0, std::max<std::int64_t>(1, std::llround(share * static_cast<double>(count)))};
    }
  }
  return {0, std::min(whole_number(limit, limit), count)};
=======
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
>>>>>>> text
}

}  // namespace phasescope::text
