#include "phasescope/run/validation.h"

#include <algorithm>
#include <optional>

#include "phasescope/base/configs.h"
#include "phasescope/base/error.h"
#include "phasescope/base/files.h"
#include "phasescope/formats/json_schema.h"
#include "phasescope/formats/jsonl.h"
#include "phasescope/text/prompt_set.h"

namespace phasescope::run {
namespace {

const std::string kEnding = ".schema.json";

std::filesystem::path schemas_folder() {
  return configs_folder() / "schemas";
}

std::filesystem::path schema_path(const std::string& name) {
  return schemas_folder() / (name + kEnding);
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

bool is_schema(const std::string& name) {
  const std::vector<std::string> names = schema_names();
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// What a document of this schema says under `kind`.
std::vector<std::string> kinds_of(const std::string& schema) {
  const Json document = read_json_file(schema_path(schema));
  const Json kind = document.value(Json::json_pointer("/properties/kind"), Json());
  std::vector<std::string> kinds;
  if (kind.is_object() && kind.contains("const")) kinds.push_back(kind["const"]);
  if (kind.is_object() && kind.contains("enum"))
    for (const Json& value : kind["enum"]) kinds.push_back(value);
  return kinds;
}

std::string schema_of_kind(const std::string& kind, const std::string& file) {
  std::vector<std::string> known;
  for (const std::string& name : schema_names()) {
    for (const std::string& candidate : kinds_of(name)) {
      if (candidate == kind) return name;
      known.push_back(candidate);
    }
  }
  throw_input_error(file, "kind", "found \"" + kind + "\"", "one of " + joined(known));
}

std::string choose_schema(const std::filesystem::path& file) {
  const std::string extension = file.extension().string();
  const std::string stem = file.stem().string();
  if (extension == ".jsonl") return is_schema(stem) ? stem : kPromptSetSchema;
  if (extension == ".csv" || extension == ".txt") return kPromptSetSchema;
  const Json document = read_json_file(file);
  if (document.is_object() && document.contains("kind") && document["kind"].is_string())
    return schema_of_kind(document["kind"], file.string());
  if (is_schema(stem)) return stem;
  throw_input_error(file.string(), "kind", "missing",
                    "a kind, or a file named after one of " + joined(schema_names()) + " (or --schema NAME)");
}

void validate_prompts(Validation& validation) {
  try {
    text::load_prompt_set(validation.file);
  } catch (const Error& error) {
    if (error.exit_class() != ExitClass::input_file) throw;
    const Error::Details& details = error.details();
    std::string place = details.position ? "line " + std::to_string(details.position->value) + " " : "";
    place += details.field;
    validation.violations.push_back(
        {place, details.reason + (details.expected.empty() ? "" : ", expected " + details.expected)});
  }
}

void add(const std::vector<formats::SchemaViolation>& found, const std::string& line,
         Validation& validation) {
  for (const formats::SchemaViolation& violation : found)
    validation.violations.push_back({line + violation.path, violation.reason});
}

void validate_by_schema(Validation& validation) {
  const std::filesystem::path path = schema_path(validation.schema);
  const formats::JsonSchema schema(read_json_file(path), path.string());
  if (validation.file.extension() != ".jsonl") {
    add(schema.validate(read_json_file(validation.file)), "", validation);
    return;
  }
  formats::for_each_json_line(validation.file, [&](const Json& value, std::uint64_t line) {
    add(schema.validate(value), "line " + std::to_string(line) + " ", validation);
  });
}

}  // namespace

std::vector<std::string> schema_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(schemas_folder())) {
    const std::string file = entry.path().filename().string();
    if (file.size() > kEnding.size() &&
        file.compare(file.size() - kEnding.size(), kEnding.size(), kEnding) == 0)
      names.push_back(file.substr(0, file.size() - kEnding.size()));
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string schema_text(const std::string& name) {
  if (!is_schema(name))
    throw Error(ExitClass::usage,
                {{}, "schema", {}, "found \"" + name + "\"", "one of " + joined(schema_names())});
  return read_text_file(schema_path(name));
}

Validation validate_file(const std::filesystem::path& file, const std::string& schema) {
  if (!schema.empty() && schema != kPromptSetSchema) schema_text(schema);  // it must exist
  Validation validation{file, schema.empty() ? choose_schema(file) : schema, {}};
  if (validation.schema == kPromptSetSchema)
    validate_prompts(validation);
  else
    validate_by_schema(validation);
  return validation;
}

}  // namespace phasescope::run
