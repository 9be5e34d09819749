#include "phasescope/formats/jsonl.h"

#include <algorithm>

#include "phasescope/base/error.h"
#include "phasescope/base/files.h"

namespace phasescope::formats {
namespace {

Json parse_line(std::string_view text, const std::string& file, std::uint64_t line) {
  try {
    return parse_json(text, file);
  } catch (const Error& error) {
    std::string reason = error.details().reason;
    if (error.details().position) {
      reason = "column " + std::to_string(error.details().position->value) + ": " + reason;
    }
    throw_input_error(file, "JSON", reason, {}, at_line(line));
  }
}

}  // namespace

void for_each_json_line(std::string_view text, const std::string& file,
                        const std::function<void(const Json& value, std::uint64_t line)>& use) {
  if (text.rfind("\xEF\xBB\xBF", 0) == 0) text.remove_prefix(3);
  for (std::uint64_t line = 1; !text.empty(); ++line) {
    const std::size_t length = std::min(text.find('\n'), text.size());
    const std::string_view content = text.substr(0, length);
    text.remove_prefix(std::min(length + 1, text.size()));
    if (content.find_first_not_of(" \t\r") != std::string_view::npos) {
      use(parse_line(content, file, line), line);
    }
  }
}

void for_each_json_line(const std::filesystem::path& file,
                        const std::function<void(const Json& value, std::uint64_t line)>& use) {
  const MappedFile mapped(file);
  const std::string_view text(reinterpret_cast<const char*>(mapped.data()), mapped.size());
  for_each_json_line(text, file.string(), use);
}

}  // namespace phasescope::formats
