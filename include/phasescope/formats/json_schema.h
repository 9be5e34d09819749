#pragma once

#include <memory>
#include <string>
#include <vector>

#include "phasescope/base/json.h"

namespace phasescope::formats {

/// One way in which a document breaks its schema.
struct SchemaViolation {
  std::string path;    ///< JSON pointer (RFC 6901) into the document; "" is the whole document
  std::string reason;  ///< a sentence for people
};

/// A JSON Schema, draft 07, checked by the library valijson. The keywords in use here: type, enum, const,
/// properties, required, additionalProperties, propertyNames, minProperties, items, minItems, maxItems,
/// uniqueItems, minimum, maximum, exclusiveMinimum, exclusiveMaximum, minLength, maxLength, pattern
/// (ECMAScript), anyOf, oneOf, allOf, not, $ref within the document; $schema, $id, $comment, title,
/// description, default, examples and format carry no constraint. Any other keyword is refused by name, so
/// that a misspelt one cannot pass for a constraint. An integer is a number written as one: 1.0 is none.
class JsonSchema {
 public:
  /// `file` names the schema in errors. Errors (exit class input_file): a keyword that is unknown or has a
  /// wrong value, a type that does not exist, a reference that leads nowhere, a pattern that is no
  /// expression.
  JsonSchema(const Json& schema, const std::string& file);
  ~JsonSchema();
  JsonSchema(JsonSchema&& other) noexcept;
  JsonSchema& operator=(JsonSchema&& other) noexcept;

  /// All violations found, in document order; none means that the document is valid. Not for use by two
  /// threads at once (it keeps compiled patterns).
  std::vector<SchemaViolation> validate(const Json& document) const;

 private:
  struct Compiled;
  std::unique_ptr<Compiled> compiled_;
};

/// The same for a schema that is used once.
std::vector<SchemaViolation> validate(const Json& schema, const Json& document);

}  // namespace phasescope::formats
