#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace phasescope::run {

/// The name under which prompt sets are validated; they have a reader of their own rather than a schema.
inline constexpr const char* kPromptSetSchema = "prompts";

/// Names of the shipped schemas (configs/schemas/NAME.schema.json), in alphabetical order. Errors: as
/// configs_folder.
std::vector<std::string> schema_names();

/// The text of a schema. Errors: usage, with the names there are.
std::string schema_text(const std::string& name);

struct Violation {
  std::string place;  ///< JSON pointer, "line 3 /pointer", or a field; may be empty
  std::string reason;
};

struct Validation {
  std::filesystem::path file;
  std::string schema;
  std::vector<Violation> violations;  ///< empty: the file is valid
};

/// Compares a file with its schema. Without `schema` it is chosen so: .csv, .txt and .jsonl files are prompt
/// sets, but for .jsonl files named after a schema (samples.jsonl); for others the key `kind` says it
/// ("phasescope.regime"), or else the file's name (sweep.json). Errors: environment when the file cannot be
/// read, input_file when it is no JSON or no schema fits it, usage for a schema that does not exist.
Validation validate_file(const std::filesystem::path& file, const std::string& schema = {});

}  // namespace phasescope::run
