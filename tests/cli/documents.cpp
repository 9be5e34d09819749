#include "documents.h"

#include "../places.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "phasescope/base/files.h"
#include "phasescope/formats/json_schema.h"
#include "phasescope/formats/jsonl.h"

namespace phasescope::testing {

std::set<std::string> files_in(const std::filesystem::path& folder) {
  std::set<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_directory()) files.insert(entry.path().lexically_relative(folder).string());
  }
  return files;
}

std::map<std::string, std::string> contents_of(const std::filesystem::path& folder,
                                               const std::set<std::string>& left_out) {
  std::map<std::string, std::string> contents;
  for (const std::string& name : files_in(folder)) {
    if (left_out.count(name) == 0) contents[name] = read_text_file(folder / name);
  }
  return contents;
}

std::vector<Json> json_lines(const std::filesystem::path& file) {
  std::vector<Json> values;
  formats::for_each_json_line(file, [&](const Json& value, std::uint64_t) { values.push_back(value); });
  return values;
}

void expect_valid(const Json& document, const std::string& schema) {
  const std::filesystem::path file = shipped_configs() / "schemas" / (schema + ".schema.json");
  const formats::JsonSchema compiled(read_json_file(file), file.string());
  for (const formats::SchemaViolation& violation : compiled.validate(document)) {
    ADD_FAILURE() << schema << " " << violation.path << ": " << violation.reason;
  }
}

void expect_close(const Json& actual, const Json& expected, double tolerance, const std::string& path) {
  if (expected.is_number_float() && actual.is_number()) {
    const auto wanted = expected.get<double>();
    EXPECT_NEAR(actual.get<double>(), wanted, tolerance * std::max(1.0, std::abs(wanted))) << path;
    return;
  }
  if (!expected.is_structured() || actual.type() != expected.type() || actual.size() != expected.size()) {
    EXPECT_EQ(actual, expected) << path;
    return;
  }
  if (expected.is_array()) {
    for (std::size_t i = 0; i < expected.size(); ++i)
      expect_close(actual[i], expected[i], tolerance, path + "/" + std::to_string(i));
    return;
  }
  for (const auto& [key, value] : expected.items()) {
    EXPECT_TRUE(actual.contains(key)) << path << " lacks " << key;
    if (actual.contains(key)) expect_close(actual[key], value, tolerance, path + "/" + key);
  }
}

std::vector<std::string> keys_of(const Json& object) {
  std::vector<std::string> keys;
  for (const auto& item : object.items()) keys.push_back(item.key());
  return keys;
}

}  // namespace phasescope::testing
