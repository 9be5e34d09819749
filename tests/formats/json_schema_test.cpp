#include "phasescope/formats/json_schema.h"

#include "../places.h"

#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "phasescope/base/error.h"

namespace phasescope::formats {
namespace {

/// Source of the verdicts: Draft7Validator of Python's jsonschema 4.26, by scripts/schema-fixtures.
const Json& cases() {
  static const Json all = read_json_file(test_data() / "json_schema/cases.json");
  return all;
}

std::set<std::string> paths_of(const std::vector<SchemaViolation>& violations) {
  std::set<std::string> paths;
  for (const SchemaViolation& violation : violations) paths.insert(violation.path);
  return paths;
}

TEST(JsonSchema, AgreesWithTheReferencesVerdicts) {
  std::size_t checked = 0;
  for (const Json& example : cases()) {
    const JsonSchema schema(example["schema"], "cases.json");
    for (const Json& row : example["documents"]) {
      const auto violations = schema.validate(row["document"]);
      EXPECT_EQ(violations.empty(), row["valid"].get<bool>()) << example["name"] << " " << row["document"];
      ++checked;
    }
  }
  EXPECT_GT(checked, 250U);
}

TEST(JsonSchema, PointsToEveryPlaceTheReferencePointsTo) {
  for (const Json& example : cases()) {
    const JsonSchema schema(example["schema"], "cases.json");
    for (const Json& row : example["documents"]) {
      const std::set<std::string> paths = paths_of(schema.validate(row["document"]));
      for (const Json& path : row["paths"]) {
        EXPECT_EQ(paths.count(path.get<std::string>()), 1U)
            << example["name"] << " " << row["document"] << " has no violation at " << path;
      }
    }
  }
}

std::string refusal_of(const std::string& schema) {
  try {
    JsonSchema(parse_json(schema, "s.json"), "s.json");
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_class(), ExitClass::input_file);
    return error.what();
  }
  return "no error";
}

TEST(JsonSchema, RefusesWhatItWouldMisread) {
  EXPECT_EQ(refusal_of(R"({"properties": {"a": {"requird": ["b"]}}})"),
            "s.json: #/properties/a/requird: unknown keyword");
  EXPECT_EQ(refusal_of(R"({"items": {"type": "float"}})"),
            "s.json: #/items/type: found \"float\", expected the name of a JSON type");
  EXPECT_EQ(
      refusal_of(R"({"anyOf": [{"$ref": "#/definitions/absent"}]})"),
      "s.json: #/anyOf/0/$ref: found \"#/definitions/absent\", expected a reference to a schema in this "
      "document");
  EXPECT_THAT(refusal_of(R"({"$ref": "#definitions"})"), ::testing::StartsWith("s.json: #/$ref: found"));
  EXPECT_THAT(refusal_of(R"({"$ref": "#/~9"})"), ::testing::StartsWith("s.json: #/$ref: found"));
  EXPECT_EQ(refusal_of(R"({"$ref": "other.json"})"),
            "s.json: #/$ref: found \"other.json\", expected a reference to a schema in this document");
  EXPECT_THAT(refusal_of(R"({"pattern": "["})"), ::testing::StartsWith("s.json: #/pattern: "));
  EXPECT_EQ(refusal_of(R"({"minimum": "0"})"), "s.json: #/minimum: found \"0\", expected a number");
  EXPECT_EQ(refusal_of(R"({"minItems": -1})"), "s.json: #/minItems: found -1, expected a count");
  EXPECT_EQ(refusal_of(R"({"required": "a"})"), "s.json: #/required: found \"a\", expected a list of names");
  EXPECT_EQ(refusal_of("3"), "s.json: #: found number, expected a schema");
}

TEST(JsonSchema, RefusesReferencesThatNeverEnd) {
  EXPECT_EQ(refusal_of(R"({"$ref": "#"})"), "s.json: #/$ref: refers to itself without entering the document");
  EXPECT_EQ(refusal_of(R"({"anyOf": [{"type": "null"}, {"$ref": "#"}]})"),
            "s.json: #/anyOf/1/$ref: refers to itself without entering the document");
  EXPECT_EQ(refusal_of(R"({"items": {"$ref": "#"}})"), "no error");
}

TEST(JsonSchema, TellsNothingButViolations) {
  const Json schema = parse_json(R"({"type": "integer"})", "s.json");
  EXPECT_TRUE(validate(schema, Json(3)).empty());
  const auto violations = validate(schema, Json("x"));
  ASSERT_EQ(violations.size(), 1U);
  EXPECT_EQ(violations[0].path, "");
  EXPECT_THAT(violations[0].reason, ::testing::HasSubstr("type"));
}

}  // namespace
}  // namespace phasescope::formats
