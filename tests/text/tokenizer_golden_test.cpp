// Ids and texts as the `tokenizers` library (0.23) gives them for tiny tokenizers of every kind; the fixtures
// are written by scripts/tokenizer-fixtures/make_fixtures.py.

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "phasescope/base/json.h"
#include "phasescope/text/tokenizer.h"

namespace phasescope::text {
namespace {

using Ids = std::vector<std::int64_t>;

const std::filesystem::path folder = std::filesystem::path(PHASESCOPE_TEST_DATA) / "tokenizers";

struct Case {
  std::string text;
  Ids ids;
  Ids ids_with_special;
  std::string decoded;
  std::string decoded_without_special;
};

std::vector<Case> read_cases(const std::filesystem::path& file) {
  const Json strings = read_json_file(folder / "strings.json");
  const Json rows = read_json_file(file);
  EXPECT_EQ(strings.size(), rows.size());
  std::vector<Case> cases;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Json& row = rows[i];
    Case item;
    item.text = strings[i].get<std::string>();
    item.ids = row[0].get<Ids>();
    item.ids_with_special = row[1].is_null() ? item.ids : row[1].get<Ids>();
    item.decoded = row[2].is_null() ? item.text : row[2].get<std::string>();
    item.decoded_without_special = row[3].is_null() ? item.decoded : row[3].get<std::string>();
    cases.push_back(item);
  }
  return cases;
}

class TokenizerGolden : public ::testing::TestWithParam<std::string> {
 protected:
  std::filesystem::path file(const char* name) const { return folder / GetParam() / name; }
};

TEST_P(TokenizerGolden, GivesTheIdsAndTextsOfTheTokenizersLibrary) {
  const Tokenizer tokenizer = Tokenizer::from_json_file(file("tokenizer.json"));
  for (const Case& item : read_cases(file("cases.json"))) {
    SCOPED_TRACE(Json(item.text).dump());
    EXPECT_EQ(tokenizer.encode(item.text, false), item.ids);
    EXPECT_EQ(tokenizer.encode(item.text, true), item.ids_with_special);
    EXPECT_EQ(tokenizer.decode(item.ids_with_special, false), item.decoded);
    EXPECT_EQ(tokenizer.decode(item.ids_with_special, true), item.decoded_without_special);
  }
}

std::vector<std::string> kinds() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (std::filesystem::exists(entry.path() / "tokenizer.json")) names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

INSTANTIATE_TEST_SUITE_P(Kinds, TokenizerGolden, ::testing::ValuesIn(kinds()),
                         [](const auto& kind) { return kind.param; });

}  // namespace
}  // namespace phasescope::text
