// Single components as the `tokenizers` library (0.23, with Oniguruma) runs them; the fixtures are written by
// scripts/tokenizer-fixtures/components.py.

#include "../places.h"

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "phasescope/base/json.h"
#include "phasescope/text/decoder.h"
#include "phasescope/text/normalizer.h"
#include "phasescope/text/pre_tokenizer.h"

namespace phasescope::text {
namespace {

using Texts = std::vector<std::string>;

const std::filesystem::path folder = test_data() / "tokenizers" / "components";

/// Calls check(description, output, i) for each output i of each row of a fixture.
template <typename Check>
void for_each_output(const char* fixture, Check&& check) {
  const Json rows = read_json_file(folder / fixture);
  ASSERT_FALSE(rows.empty());
  for (const Json& row : rows) {
    for (std::size_t i = 0; i < row[1].size(); ++i) {
      SCOPED_TRACE(row[0].dump() + " number " + std::to_string(i));
      check(row[0], row[1][i], i);
    }
  }
}

Texts texts_of(const std::vector<Piece>& pieces) {
  Texts texts;
  for (const Piece& piece : pieces) texts.push_back(piece.text);
  return texts;
}

TEST(Normalizers, RewriteAsTheTokenizersLibrary) {
  const Texts strings = read_json_file(folder / "strings.json").get<Texts>();
  for_each_output("normalizer.json", [&](const Json& description, const Json& expected, std::size_t i) {
    Piece piece = whole_input(strings[i]);
    read_normalizer(JsonObject(description, "fixture"))->normalize(piece);
    EXPECT_EQ(piece.text, expected.get<std::string>());
  });
}

TEST(PreTokenizers, CutAsTheTokenizersLibrary) {
  const Texts strings = read_json_file(folder / "strings.json").get<Texts>();
  for_each_output("pre_tokenizer.json", [&](const Json& description, const Json& expected, std::size_t i) {
    std::vector<Piece> pieces;
    read_pre_tokenizer(JsonObject(description, "fixture"))->cut(whole_input(strings[i]), pieces);
    EXPECT_EQ(texts_of(pieces), expected.get<Texts>());
  });
}

TEST(Regex, MatchesAsOniguruma) {
  const Texts strings = read_json_file(folder / "strings.json").get<Texts>();
  for_each_output("pattern.json", [&](const Json& pattern, const Json& expected, std::size_t i) {
    const SplitPreTokenizer split(Regex(pattern.get<std::string>(), "fixture", "pattern"),
                                  SplitBehavior::isolated, false);
    std::vector<Piece> pieces;
    split.cut(whole_input(strings[i]), pieces);
    EXPECT_EQ(texts_of(pieces), expected.get<Texts>());
  });
}

TEST(Decoders, JoinAsTheTokenizersLibrary) {
  const Json token_lists = read_json_file(folder / "tokens.json");
  for_each_output("decoder.json", [&](const Json& description, const Json& expected, std::size_t i) {
    Texts tokens = token_lists[i].get<Texts>();
    read_decoder(JsonObject(description, "fixture"))->decode(tokens);
    std::string joined;
    for (const std::string& token : tokens) joined += token;
    EXPECT_EQ(joined, expected.get<std::string>());
  });
}

}  // namespace
}  // namespace phasescope::text
