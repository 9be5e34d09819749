#include "phasescope/base/json_list_file.h"

#include <algorithm>
#include <string_view>

#include "phasescope/base/files.h"

namespace phasescope {
namespace {

constexpr int kIndent = 2;

/// An element two levels down. Line feeds inside texts are escaped, so each one here ends a line.
std::string indented(const Json& element) {
  const std::string before(std::size_t{2} * kIndent, ' ');
  std::string text = before;
  for (const char c : element.dump(kIndent)) {
    text += c;
    if (c == '\n') text += before;
  }
  return text;
}

}  // namespace

void write_json_with_list(const std::filesystem::path& file, Json document, const std::string& key,
                          std::size_t count, const std::function<Json(std::size_t)>& element) {
  AtomicFile output(file);
  Json before = Json::object(), after = Json::object();
  bool passed = false;
  for (auto& [name, value] : document.items()) {
    passed = passed || name == key;
    if (name != key) (passed ? after : before)[name] = std::move(value);
  }
  // Both without their braces: what lies between "{" and "\n}".
  const auto members = [](const Json& part) {
    const std::string text = part.dump(kIndent);
    return part.empty() ? std::string() : text.substr(1, text.size() - 3);
  };
  output.write("{" + members(before) + (before.empty() ? "\n" : ",\n") + "  " + Json(key).dump() + ": [");
  for (std::size_t i = 0; i < count; ++i) output.write((i == 0 ? "\n" : ",\n") + indented(element(i)));
  output.write(count == 0 ? "]" : "\n  ]");
  output.write((after.empty() ? "" : ",") + members(after) + "\n}\n");
  output.commit();
}

}  // namespace phasescope
