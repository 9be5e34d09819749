// Which schema a file is compared with, and what is said of files that break it.
#include "phasescope/run/validation.h"

#include "../places.h"
#include "../temporary_folder.h"

#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "phasescope/base/error.h"
#include "phasescope/base/files.h"
#include "phasescope/base/json.h"

namespace phasescope::run {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::TemporaryFolder;

class ValidatedFile : public ::testing::Test {
 protected:
  Validation validate(const std::string& name, const std::string& text,
                      const std::string& schema = {}) const {
    write_file_atomically(folder_ / name, text);
    return validate_file(folder_ / name, schema);
  }
  std::string refusal(const std::string& name, const std::string& text,
                      const std::string& schema = {}) const {
    try {
      validate(name, text, schema);
    } catch (const Error& error) {
      return std::to_string(static_cast<int>(error.exit_class())) + " " + error.details().field + ": " +
             error.details().reason;
    }
    return "none";
  }
  TemporaryFolder folder_;
};

TEST(Schemas, AreThoseThatAreShipped) {
  EXPECT_THAT(schema_names(), Contains("regime"));
  EXPECT_THAT(schema_names(), Contains("audit"));
  for (const std::string& name : schema_names()) {
    SCOPED_TRACE(name);
    EXPECT_EQ(parse_json(schema_text(name), name)["$id"], name + ".schema.json");
  }
  EXPECT_THROW(schema_text("nothing"), Error);
  EXPECT_THROW(schema_text("../schemas/regime"), Error);
}

/// Every report has a kind of its own, so that none is taken for another.
TEST(Schemas, HaveKindsOfTheirOwn) {
  std::vector<std::string> kinds;
  for (const std::string& name : schema_names()) {
    const Json schema = parse_json(schema_text(name), name);
    const Json kind = schema.value(Json::json_pointer("/properties/kind/const"), Json());
    if (kind.is_null()) continue;
    EXPECT_THAT(kinds, ::testing::Not(Contains(kind.get<std::string>())));
    kinds.push_back(kind);
  }
  EXPECT_GT(kinds.size(), 3U);
}

TEST_F(ValidatedFile, IsComparedWithTheSchemaOfItsKind) {
  const Validation validation = validate("x.json", R"({"kind": "phasescope.audit", "schema_version": 1})");
  EXPECT_EQ(validation.schema, "audit");
  std::string reasons;
  for (const Violation& violation : validation.violations) reasons += violation.reason + "\n";
  EXPECT_THAT(reasons, HasSubstr("Missing required property 'summary'."));
}

TEST_F(ValidatedFile, OrWithThatOfItsName) {
  EXPECT_EQ(validate("manifest.json", "{}").schema, "manifest");
  const Validation samples = validate("samples.jsonl", "{}\n{\"id\": 3}\n");
  EXPECT_EQ(samples.schema, "samples");
  ASSERT_FALSE(samples.violations.empty());
  EXPECT_THAT(samples.violations.back().place, HasSubstr("line 2 "));
}

TEST_F(ValidatedFile, StepsAreALineARun) {
  const std::string right =
      R"({"id": "a", "run": 0, "positions": [3], "token_ids": [null], "tokens": ["x"], )"
      R"("ct": [0.5], "delta": [1], "curvature": [null], "top1": [0.25], )"
      R"("margin": [0.1], "entropy": [2.5]})";
  const Validation whole = validate("steps.jsonl", right + "\n");
  EXPECT_EQ(whole.schema, "steps");
  EXPECT_THAT(whole.violations, IsEmpty());
  for (const auto& [from, to, place] : {std::tuple("0.25", "1.25", "/top1/0"),
                                        {"\"run\": 0", "\"run\": -1", "/run"},
                                        {"[3]", "[null]", "/positions/0"},
                                        {"[0.5]", "0.5", "/ct"},
                                        {"\"tokens\"", "\"texts\"", ""}}) {
    std::string wrong = right;
    wrong.replace(wrong.find(from), std::string(from).size(), to);
    const Validation found = validate("steps.jsonl", right + "\n" + wrong + "\n");
    std::vector<std::string> places;
    for (const Violation& violation : found.violations) places.push_back(violation.place);
    EXPECT_THAT(places, Contains(std::string("line 2 ") + place)) << wrong;
  }
}

TEST_F(ValidatedFile, OrWithTheOneThatIsNamed) {
  EXPECT_EQ(validate("samples.jsonl", "{\"prompt\": \"a\"}\n", "prompts").schema, "prompts");
  EXPECT_EQ(validate("x.json", "{}", "regime").schema, "regime");
  EXPECT_EQ(refusal("x.json", "{}", "nothing"), "2 schema: found \"nothing\"");
}

TEST_F(ValidatedFile, PromptSets) {
  EXPECT_THAT(validate("set.jsonl", "{\"prompt\": \"a\"}\n").violations, IsEmpty());
  EXPECT_THAT(validate("set.txt", "a\nb\n").violations, IsEmpty());
  EXPECT_THAT(validate("set.csv", "prompt,category\na,b\n").violations, IsEmpty());
  const Validation wrong = validate("set.jsonl", "{\"prompt\": \"a\"}\n{\"category\": \"b\"}\n");
  ASSERT_EQ(wrong.violations.size(), 1U);
  EXPECT_EQ(wrong.violations[0].place, "line 2 prompt");
  EXPECT_EQ(wrong.schema, "prompts");
  for (const auto& entry : std::filesystem::directory_iterator(shipped_configs() / "prompts")) {
    if (entry.path().extension() != ".jsonl") continue;
    EXPECT_THAT(validate_file(entry.path()).violations, IsEmpty()) << entry.path();
  }
}

TEST_F(ValidatedFile, FilesOfWhichNothingIsKnown) {
  EXPECT_EQ(refusal("x.json", "{}"), "3 kind: missing");
  EXPECT_EQ(refusal("x.json", "{\"kind\": \"phasescope.nothing\"}"), "3 kind: found \"phasescope.nothing\"");
  EXPECT_EQ(refusal("x.json", "{").substr(0, 8), "3 JSON: ");
}

}  // namespace
}  // namespace phasescope::run
