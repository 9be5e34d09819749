// Ids and texts as the `tokenizers` library (0.23) gives them for tiny tokenizers of every kind; the fixtures
// are written by scripts/tokenizer-fixtures/make_fixtures.py.

#include "../places.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "phasescope/base/json.h"
#include "phasescope/text/gguf_vocabulary.h"
#include "phasescope/text/tokenizer.h"

namespace phasescope::text {
namespace {

using Ids = std::vector<std::int64_t>;

const std::filesystem::path folder = test_data() / "tokenizers";

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

void check_cases(const Tokenizer& tokenizer, const std::vector<Case>& cases) {
  for (const Case& item : cases) {
    SCOPED_TRACE(Json(item.text).dump());
    EXPECT_EQ(tokenizer.encode(item.text, false), item.ids);
    EXPECT_EQ(tokenizer.encode(item.text, true), item.ids_with_special);
    EXPECT_EQ(tokenizer.decode(item.ids_with_special, false), item.decoded);
    EXPECT_EQ(tokenizer.decode(item.ids_with_special, true), item.decoded_without_special);
  }
}

template <typename Value>
void read_if_present(const Json& description, const char* key, Value& value) {
  if (description.contains(key)) value = description[key].get<typename Value::value_type>();
}

GgufVocabulary read_vocabulary(const Json& description) {
  GgufVocabulary vocabulary;
  vocabulary.model = description["model"].get<std::string>();
  vocabulary.pre = description["pre"].get<std::string>();
  vocabulary.tokens = description["tokens"].get<std::vector<std::string>>();
  vocabulary.token_types = description["token_types"].get<std::vector<std::int32_t>>();
  vocabulary.scores = description.value("scores", std::vector<float>());
  vocabulary.merges = description.value("merges", std::vector<std::string>());
  read_if_present(description, "bos_id", vocabulary.bos_id);
  read_if_present(description, "eos_id", vocabulary.eos_id);
  read_if_present(description, "unknown_id", vocabulary.unknown_id);
  read_if_present(description, "add_bos", vocabulary.add_bos);
  read_if_present(description, "add_eos", vocabulary.add_eos);
  read_if_present(description, "add_space_prefix", vocabulary.add_space_prefix);
  return vocabulary;
}

class TokenizerGolden : public ::testing::TestWithParam<std::string> {
 protected:
  std::filesystem::path file(const char* name) const { return folder / GetParam() / name; }
};

TEST_P(TokenizerGolden, GivesTheIdsAndTextsOfTheTokenizersLibrary) {
  check_cases(Tokenizer::from_json_file(file("tokenizer.json")), read_cases(file("cases.json")));
}

class GgufVocabularyGolden : public ::testing::TestWithParam<std::string> {};

TEST_P(GgufVocabularyGolden, GivesTheIdsAndTextsOfTheEquivalentPipeline) {
  const std::filesystem::path own = folder / "gguf" / GetParam();
  const Json description = read_json_file(own / "vocabulary.json");
  const auto cases =
      description.contains("cases_of") ? folder / description["cases_of"].get<std::string>() : own;
  check_cases(Tokenizer::from_gguf(read_vocabulary(description), "test.gguf"),
              read_cases(cases / "cases.json"));
}

/// The sub-folders that hold a file of this name.
std::vector<std::string> folders_with(const std::filesystem::path& parent, const char* name) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(parent)) {
    if (std::filesystem::exists(entry.path() / name)) names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string test_name(const ::testing::TestParamInfo<std::string>& kind) {
  std::string name = kind.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Kinds, TokenizerGolden, ::testing::ValuesIn(folders_with(folder, "tokenizer.json")),
                         test_name);
INSTANTIATE_TEST_SUITE_P(Kinds, GgufVocabularyGolden,
                         ::testing::ValuesIn(folders_with(folder / "gguf", "vocabulary.json")), test_name);

}  // namespace
}  // namespace phasescope::text
