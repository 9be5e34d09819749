// tokenize. Ids of texts: tokenizers 0.23, through the prompts of the oracles; how they are computed is
// tested with the text library.
#include "../model_cases.h"
#include "../temporary_folder.h"
#include "program.h"

#include <sstream>

#include <gtest/gtest.h>

#include "phasescope/base/files.h"
#include "phasescope/base/json.h"
#include "phasescope/states/oracle_file.h"

namespace phasescope::testing {
namespace {

std::vector<Json> lines_of(const std::string& text) {
  std::vector<Json> lines;
  std::istringstream input(text);
  for (std::string line; std::getline(input, line);) lines.push_back(Json::parse(line));
  return lines;
}

class Tokenize : public ::testing::TestWithParam<std::string> {
 protected:
  /// `tokenize` of standard input.
  Outcome tokenize(const std::string& input, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"tokenize", "-m", model_of_case(GetParam())};
    arguments.insert(arguments.end(), more.begin(), more.end());
    Surroundings surroundings = with_variable("PHASESCOPE_MODEL_LIBRARY", "/nonexistent");
    surroundings.input = input;
    return phasescope(arguments, surroundings);
  }
  std::vector<Json> expect_lines(const Outcome& outcome) const {
    EXPECT_EQ(outcome.exit_code, 0);
    EXPECT_EQ(outcome.err, "");
    return lines_of(outcome.out);
  }

  states::OracleFile oracle_{oracle_of_case(GetParam())};
};

TEST_P(Tokenize, GivesTheIdsOfTheOracle) {
  std::string as_json, as_text;
  for (const states::OraclePrompt& prompt : oracle_.prompts()) {
    ASSERT_EQ(prompt.text.find('\n'), std::string::npos);
    as_json += Json{{"prompt", prompt.text}}.dump() + "\n";
    as_text += prompt.text + "\r\n";
  }
  const std::vector<Json> lines = expect_lines(tokenize(as_json));
  ASSERT_EQ(lines.size(), oracle_.prompts().size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    EXPECT_EQ(lines[i]["ids"].get<std::vector<std::int64_t>>(), oracle_.prompts()[i].ids);
    EXPECT_EQ(lines[i]["tokens"].size(), lines[i]["ids"].size());
  }
  EXPECT_EQ(expect_lines(tokenize(as_text, {"-"})), lines);
}

TEST_P(Tokenize, ReadsFilesAsItReadsStandardInput) {
  const TemporaryFolder folder;
  const std::string input = "The cat sat\n\n{\"text\": \"on\"}\n{\"prompt\": \"the mat\"}\n{no object\n";
  write_file_atomically(folder / "lines", input);
  const Outcome outcome = tokenize("", {(folder / "lines").string()});
  EXPECT_EQ(outcome.out, tokenize(input).out);
  EXPECT_EQ(expect_lines(outcome).size(), 5U);
}

TEST_P(Tokenize, DecodesWhatItEncoded) {
  std::string texts, ids;
  std::vector<std::string> expected;
  for (const char* text : {"The cat sat", "  two  blanks ", "caf\u00e9 \u4f60\u597d", "1234567890", "a\tb"}) {
    expected.emplace_back(text);
    texts += Json{{"text", text}}.dump() + "\n";
  }
  for (const Json& line : expect_lines(tokenize(texts, {"--no-special"})))
    ids += Json{{"ids", line["ids"]}}.dump() + "\n\n";
  const std::vector<Json> decoded = expect_lines(tokenize(ids, {"--decode"}));
  ASSERT_EQ(decoded.size(), expected.size());
  for (std::size_t i = 0; i < decoded.size(); ++i) EXPECT_EQ(decoded[i], (Json{{"text", expected[i]}}));
}

INSTANTIATE_TEST_SUITE_P(Models, Tokenize, ::testing::Values("llama_gqa", "qwen3_head_dim", "gguf_qwen2_f16"),
                         [](const auto& tested) { return tested.param; });

const std::vector<std::string> kTokenize = {"tokenize", "-m", model_of_case("llama_gqa")};

Outcome tokenize_llama(const std::string& input, const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments = kTokenize;
  arguments.insert(arguments.end(), more.begin(), more.end());
  Surroundings surroundings;
  surroundings.input = input;
  return phasescope(arguments, surroundings);
}

TEST(TokenizeSpecial, TokensAreAddedUnlessUnwanted) {
  EXPECT_EQ(lines_of(tokenize_llama("The cat").out),
            std::vector<Json>{Json::parse(
                R"({"ids": [0, 302, 283, 66, 85], "tokens": ["<s>", "The", "\u0120c", "a", "t"]})")});
  EXPECT_EQ(lines_of(tokenize_llama("The cat", {"--no-special"}).out)[0]["ids"], Json({302, 283, 66, 85}));
  const std::string ids = R"({"ids": [0, 302, 283, 66, 85]})";
  EXPECT_EQ(tokenize_llama(ids, {"--decode"}).out, "{\"text\":\"<s>The cat\"}\n");
  EXPECT_EQ(tokenize_llama(ids, {"--decode", "--no-special"}).out, "{\"text\":\"The cat\"}\n");
}

TEST(TokenizeErrors, NameTheLine) {
  const auto after_one = [](const Outcome& outcome, const std::string& message) {
    EXPECT_EQ(outcome.exit_code, 3);
    EXPECT_EQ(lines_of(outcome.out).size(), 1U);  // lines before the bad one have been written
    EXPECT_EQ(outcome.err, "error: standard input: " + message + "\n");
  };
  after_one(tokenize_llama("fine\n{\"txt\": \"x\"}\n"),
            "text at line 2: missing, expected a string under \"text\" or \"prompt\"");
  after_one(tokenize_llama("fine\n\xff\n"), "text at line 2: is no valid UTF-8");
  after_one(tokenize_llama("{\"ids\": [1]}\nfine\n", {"--decode"}),
            "JSON at line 2: is no object, expected {\"ids\": [...]}");
  after_one(tokenize_llama("{\"ids\": [1]}\n{\"ids\": [1.5]}\n", {"--decode"}),
            "ids at line 2: holds 1.5, expected integers");
  after_one(tokenize_llama("{\"ids\": [1]}\n{}\n", {"--decode"}), "ids at line 2: missing");
}

TEST(TokenizeErrors, FilesThatCannotBeRead) {
  const TemporaryFolder folder;
  expect_error(tokenize_llama("", {"/nonexistent"}), 4,
               "/nonexistent: cannot be opened (No such file or directory)");
  expect_error(tokenize_llama("", {folder.path().string()}), 4,
               folder.path().string() + ": is a folder, not a file");
}

}  // namespace
}  // namespace phasescope::testing
