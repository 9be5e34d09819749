#include "phasescope/formats/json_schema.h"

#include "schema_keywords.h"

#include <exception>
#include <utility>

#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "phasescope/base/error.h"

namespace phasescope::formats {
namespace {

using Adapter = valijson::adapters::NlohmannJsonAdapter;

/// valijson's path, "<root>" and then "[name]" or "[index]" parts, as a JSON pointer.
std::string json_pointer(const std::vector<std::string>& context) {
  std::string pointer;
  for (std::size_t i = 1; i < context.size(); ++i) {
    pointer += '/';
    for (const char character : context[i].substr(1, context[i].size() - 2)) {
      if (character == '~')
        pointer += "~0";
      else if (character == '/')
        pointer += "~1";
      else
        pointer += character;
    }
  }
  return pointer;
}

}  // namespace

struct JsonSchema::Compiled {
  nlohmann::json text;  // must outlive the schema, which refers to it
  valijson::Schema schema;
  valijson::Validator validator{valijson::Validator::kStrongTypes};
};

JsonSchema::JsonSchema(const Json& schema, const std::string& file) : compiled_(new Compiled) {
  compiled_->text = nlohmann::json(prepare_schema(schema, file));
  try {
    valijson::SchemaParser().populateSchema(Adapter(compiled_->text), compiled_->schema);
  } catch (const std::exception& error) {
    throw_input_error(file, "#", error.what(), "a JSON Schema");
  }
}

JsonSchema::~JsonSchema() = default;
JsonSchema::JsonSchema(JsonSchema&& other) noexcept = default;
JsonSchema& JsonSchema::operator=(JsonSchema&& other) noexcept = default;

std::vector<SchemaViolation> JsonSchema::validate(const Json& document) const {
  const nlohmann::json unordered(document);
  valijson::ValidationResults results;
  const bool valid = compiled_->validator.validate(compiled_->schema, Adapter(unordered), &results);
  std::vector<SchemaViolation> violations;
  for (const auto& error : results) violations.push_back({json_pointer(error.context), error.description});
  if (!valid && violations.empty()) violations.push_back({"", "The document is never valid."});
  return violations;
}

std::vector<SchemaViolation> validate(const Json& schema, const Json& document) {
  return JsonSchema(schema, "schema").validate(document);
}

}  // namespace phasescope::formats
