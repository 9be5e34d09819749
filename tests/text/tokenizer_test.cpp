#include "phasescope/text/tokenizer.h"

#include "../places.h"
#include "error_message.h"

#include <filesystem>
#include <thread>

#include <gtest/gtest.h>

#include "phasescope/base/json.h"

namespace phasescope::text {
namespace {

using Ids = std::vector<std::int64_t>;
using testing::message_of;

const std::filesystem::path folder = test_data() / "tokenizers";

Tokenizer load(const std::string& kind) {
  return Tokenizer::from_json_file(folder / kind / "tokenizer.json");
}

TEST(Tokenizer, RefusesTextThatIsNoUtf8) {
  EXPECT_EQ(message_of([] { load("gpt2").encode("ab\xFF"); }), "text at byte 2: is no valid UTF-8");
}

TEST(Tokenizer, KnowsItsTokens) {
  const Tokenizer tokenizer = load("llama3");
  const auto begin = tokenizer.token_id("<s>");
  ASSERT_TRUE(begin);
  EXPECT_TRUE(tokenizer.is_special(*begin));
  EXPECT_EQ(tokenizer.token_text(*begin), "<s>");
  EXPECT_FALSE(tokenizer.is_special(*tokenizer.token_id("a")));
  EXPECT_EQ(tokenizer.vocabulary_size(), 483);
  EXPECT_EQ(tokenizer.token_text(483), "");
  EXPECT_EQ(tokenizer.token_text(-1), "");
  EXPECT_FALSE(tokenizer.token_id("no such token"));
}

TEST(Tokenizer, PassesOverIdsWithoutToken) {
  const Tokenizer tokenizer = load("gpt2");
  Ids ids = tokenizer.encode("Hello");
  ids.push_back(1000000);
  ids.push_back(-5);
  EXPECT_EQ(tokenizer.decode(ids), "Hello");
  EXPECT_EQ(tokenizer.decode({}), "");
}

/// One word of 390,000 letters: merging that searches the whole word each time would take 10^10 steps.
TEST(Tokenizer, TakesVeryLongWords) {
  for (const char* kind : {"gpt2", "gemma", "unigram"}) {
    const Tokenizer tokenizer = load(kind);
    std::string text;
    for (int i = 0; i < 130000; ++i) text += "the";
    const Ids ids = tokenizer.encode(text, false);
    EXPECT_LT(ids.size(), text.size());
    EXPECT_EQ(tokenizer.decode(ids), text) << kind;
  }
}

TEST(Tokenizer, ServesSeveralThreads) {
  const std::vector<std::string> strings =
      read_json_file(folder / "strings.json").get<std::vector<std::string>>();
  const Tokenizer tokenizer = load("llama3");
  const auto encode_all = [&] {
    std::vector<Ids> result;
    for (const std::string& text : strings) result.push_back(tokenizer.encode(text));
    return result;
  };
  std::vector<std::vector<Ids>> results(4);
  std::vector<std::thread> threads;
  for (auto& result : results) threads.emplace_back([&] { result = encode_all(); });
  for (std::thread& thread : threads) thread.join();
  for (const auto& result : results) EXPECT_EQ(result, encode_all());
}

TEST(Tokenizer, TellsAMissingFile) {
  EXPECT_EQ(message_of([] { Tokenizer::from_json_file("/no/such/tokenizer.json"); }),
            "/no/such/tokenizer.json: cannot be opened (No such file or directory)");
}

}  // namespace
}  // namespace phasescope::text
