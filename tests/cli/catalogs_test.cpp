// ls, schema and validate: what there is to choose from, and whether files follow their schemas.
#include "../checkpoint/model_folder.h"
#include "../model_cases.h"
#include "../temporary_folder.h"
#include "documents.h"
#include "program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "phasescope/base/files.h"

namespace phasescope::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

Json listed(const std::string& what, const Surroundings& surroundings = {}) {
  const Outcome outcome = phasescope({"ls", what, "--json"}, surroundings);
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.err, "");
  return parse_json(outcome.out, "ls");
}

TEST(Ls, Prompts) {
  const Json sets = listed("prompts")["prompts"];
  ASSERT_EQ(sets.size(), 3U);
  EXPECT_EQ(sets[0]["name"], "core");
  EXPECT_EQ(sets[0]["prompts"], 125);
  EXPECT_EQ(sets[0]["categories"].size(), 5U);
  EXPECT_EQ(sets[2]["analyses"], Json({"ct"}));
  EXPECT_THAT(phasescope({"ls", "prompts"}).out, HasSubstr("panel24  24"));
}

TEST(Ls, FamiliesAreThoseThatErrorsList) {
  std::string names;
  const Json list = listed("families");
  for (const Json& family : list["families"]) names += " " + family["name"].get<std::string>();
  const ModelFolder model("llama_gqa");
  model.set("model_type", "rwkv");
  EXPECT_THAT(phasescope({"inspect", model.path()}).err, HasSubstr("expected one of" + names + "\n"));
  EXPECT_THAT(phasescope({"ls", "families"}).out, HasSubstr("gemma3_text  yes          yes"));
}

/// The names are those that the options take.
TEST(Ls, Definitions) {
  const Json list = listed("definitions");
  EXPECT_EQ(list["default"], "l2/chordxturning/causal/generated/last");
  EXPECT_EQ(list["combinations"], 60);
  ASSERT_EQ(list["definitions"].size(), 7U);
  for (const Json& part : list["definitions"]) {
    const std::string option = part["option"];
    const Outcome outcome = phasescope(
        {"run", "-m", model_of_case("llama_gqa"), "-p", "core", "-o", "x", option, "unknown", "-n"});
    std::string choices;
    for (const Json& name : part["choices"])
      choices += (choices.empty() ? "" : ", ") + name.get<std::string>();
    EXPECT_THAT(outcome.err, HasSubstr(option + ": found 'unknown', expected one of " + choices));
  }
}

TEST(Ls, ModelsOfTheHubCache) {
  const TemporaryFolder cache;
  const Surroundings surroundings = with_variable("HF_HUB_CACHE", cache.path().string());
  EXPECT_EQ(listed("models", surroundings)["models"], Json::array());
  EXPECT_EQ(phasescope({"ls", "models"}, surroundings).out, "no models in " + cache.path().string() + "\n");
  const auto add = [&](const std::string& name, const std::string& commit, const std::string& from) {
    const auto snapshot = cache / ("models--org--" + name) / "snapshots" / commit;
    create_folder(snapshot.parent_path());
    std::filesystem::copy(model_case(from), snapshot);
  };
  add("one", "abc", "llama_gqa");
  add("one", "def", "gpt2_unprefixed");
  add("two", "012", "qwen3_yarn");
  create_folder(cache / "models--org--one" / "refs" / "refs" / "pr");
  write_file_atomically(cache / "models--org--one" / "refs" / "main", "abc");
  write_file_atomically(cache / "models--org--one" / "refs" / "refs" / "pr" / "1", "abc");
  write_file_atomically(cache / "models--org--two" / "snapshots" / "012" / "config.json",
                        R"({"model_type": "rwkv"})");
  const Json models = listed("models", surroundings)["models"];
  ASSERT_EQ(models.size(), 3U);
  EXPECT_EQ(models[0]["name"], "org/one");
  EXPECT_EQ(models[0]["revision"], "def");
  EXPECT_EQ(models[0]["family"], "gpt2");
  EXPECT_EQ(models[1]["revision"], "main");
  EXPECT_EQ(models[1]["family"], "llama");
  EXPECT_EQ(models[2]["family"], nullptr);
  EXPECT_THAT(models[2]["family_reason"].get<std::string>(), HasSubstr("\"rwkv\" is not supported"));
  const std::string name =
      models[0]["name"].get<std::string>() + "@" + models[0]["revision"].get<std::string>();
  EXPECT_EQ(phasescope({"inspect", name}, surroundings).exit_code, 0);
}

TEST(Ls, UnknownThings) {
  expect_error(
      phasescope({"ls", "x"}), 2,
      "what: found \"x\", expected one of models, prompts, families, definitions (see phasescope --help)");
}

TEST(Schema, OfEveryReport) {
  const Outcome names = phasescope({"schema"});
  EXPECT_EQ(names.exit_code, 0);
  EXPECT_THAT(names.out, HasSubstr("regime\n"));
  EXPECT_EQ(parse_json(phasescope({"schema", "regime"}).out, "schema"),
            read_json_file(shipped_configs() / "schemas" / "regime.schema.json"));
  const Outcome unknown = phasescope({"schema", "x"});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("schema: found \"x\", expected one of audit"));
}

TEST(Validate, FilesThatAreRight) {
  const std::string core = (shipped_configs() / "prompts" / "core.jsonl").string();
  const Outcome outcome = phasescope({"validate", core, core});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.out, core + ": valid (prompts)\n" + core + ": valid (prompts)\n");
}

TEST(Validate, FilesThatAreWrong) {
  const TemporaryFolder folder;
  const std::string file = (folder / "audit.json").string();
  write_file_atomically(file, R"({"kind": "phasescope.audit", "schema_version": 2})");
  const Outcome outcome = phasescope({"validate", file});
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_THAT(outcome.out, HasSubstr(file + ": /schema_version: "));
  EXPECT_THAT(outcome.err, ::testing::StartsWith("error: " + file + ": "));
  const Outcome json = phasescope({"validate", "--json", file});
  EXPECT_EQ(json.exit_code, 3);
  EXPECT_EQ(parse_json(json.out, "validate")[0]["valid"], false);
  expect_error(phasescope({"validate", (folder / "absent.json").string()}), 4,
               (folder / "absent.json").string() + ": cannot be opened (No such file or directory)");
}

}  // namespace
}  // namespace phasescope::testing
