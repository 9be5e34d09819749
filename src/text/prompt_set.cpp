#include "phasescope/text/prompt_set.h"

#include <algorithm>
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
#include "phasescope/text/unicode.h"

namespace phasescope::text {
namespace {

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
                         const std::string& expected = {}) const {
    throw_input_error(file_, field, reason, expected, at_line(line));
  }

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
}

}  // namespace

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
}

}  // namespace phasescope::text
