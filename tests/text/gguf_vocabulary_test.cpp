#include "phasescope/text/gguf_vocabulary.h"

#include "error_message.h"

#include <limits>

#include <gtest/gtest.h>

#include "phasescope/text/tokenizer.h"

namespace phasescope::text {
namespace {

using Ids = std::vector<std::int64_t>;
using testing::message_of;

GgufVocabulary byte_level() {
  GgufVocabulary vocabulary;
  vocabulary.model = "gpt2";
  vocabulary.pre = "gpt-2";
  vocabulary.tokens = {"<s>", "a", "b", "ab"};
  vocabulary.token_types = {3, 1, 1, 1};
  vocabulary.merges = {"a b"};
  vocabulary.bos_id = 0;
  return vocabulary;
}

GgufVocabulary sentencepiece() {
  GgufVocabulary vocabulary;
  vocabulary.model = "llama";
  vocabulary.tokens = {"<unk>", "<s>", "\u2581", "a", "b", "ab", "ba", "\u2581a"};
  vocabulary.token_types = {2, 3, 1, 1, 1, 1, 1, 1};
  vocabulary.scores = {0, 0, -9, -8, -7, -2, -1, -3};
  vocabulary.bos_id = 1;
  vocabulary.unknown_id = 0;
  return vocabulary;
}

std::string error_of(const GgufVocabulary& vocabulary) {
  return message_of([&] { Tokenizer::from_gguf(vocabulary, "m.gguf"); });
}

TEST(FromGguf, MergesTheBestScoreFirstThenLeftmost) {
  const Tokenizer tokenizer = Tokenizer::from_gguf(sentencepiece(), "m.gguf");
  EXPECT_EQ(tokenizer.encode("aba", false), (Ids{7, 6}));  // ba before the mark joins its a
  EXPECT_EQ(tokenizer.encode("abab", false), (Ids{7, 6, 4}));
  EXPECT_EQ(tokenizer.encode("ab ab"), (Ids{1, 2, 5, 2, 5}));
}

TEST(FromGguf, AddsBosWhereTheFormatsReferenceDoes) {
  EXPECT_EQ(Tokenizer::from_gguf(sentencepiece(), "m.gguf").encode("a"), (Ids{1, 7}));
  EXPECT_EQ(Tokenizer::from_gguf(byte_level(), "m.gguf").encode("ab"), (Ids{3}));
  GgufVocabulary asked = byte_level();
  asked.add_bos = true;
  EXPECT_EQ(Tokenizer::from_gguf(asked, "m.gguf").encode("ab"), (Ids{0, 3}));
  asked.pre = "llama-bpe";
  asked.add_bos.reset();
  EXPECT_EQ(Tokenizer::from_gguf(asked, "m.gguf").encode("ab"), (Ids{0, 3}));
  asked.add_bos = false;
  EXPECT_EQ(Tokenizer::from_gguf(asked, "m.gguf").encode("ab"), (Ids{3}));
}

TEST(FromGguf, GivesUnknownCharactersTheUnknownTokenWithoutByteTokens) {
  EXPECT_EQ(Tokenizer::from_gguf(sentencepiece(), "m.gguf").encode("a\u00e9", false), (Ids{7, 0, 0}));
}

TEST(FromGguf, LeavesSpecialTokensOutOfDecodedText) {
  const Tokenizer tokenizer = Tokenizer::from_gguf(sentencepiece(), "m.gguf");
  EXPECT_EQ(tokenizer.decode({1, 7, 4}, true), "ab");
  EXPECT_EQ(tokenizer.decode({1, 7, 4}, false), "<s> ab");
}

TEST(FromGguf, ChecksTheMetadata) {
  GgufVocabulary vocabulary = byte_level();
  vocabulary.pre = "nobody";
  EXPECT_EQ(error_of(vocabulary)
                .rfind("m.gguf: tokenizer.ggml.pre: \"nobody\" is not supported, expected one of ", 0),
            0U);
  vocabulary = byte_level();
  vocabulary.model = "bert";
  EXPECT_EQ(error_of(vocabulary),
            "m.gguf: tokenizer.ggml.model: \"bert\" is not supported, expected gpt2 or llama");
  vocabulary = byte_level();
  vocabulary.bos_id = 4;
  EXPECT_EQ(error_of(vocabulary), "m.gguf: tokenizer.ggml.bos_token_id: found 4, expected an id below 4");
  vocabulary = byte_level();
  vocabulary.token_types.pop_back();
  EXPECT_EQ(error_of(vocabulary),
            "m.gguf: tokenizer.ggml.token_type: has 3 entries, expected 4, one a token");
  vocabulary = byte_level();
  vocabulary.merges = {"ab"};
  EXPECT_EQ(error_of(vocabulary), "m.gguf: tokenizer.ggml.merges[0]: found \"ab\", expected two tokens");
  vocabulary.merges.clear();
  EXPECT_EQ(error_of(vocabulary), "m.gguf: tokenizer.ggml.merges: is missing or empty");
  EXPECT_EQ(error_of(GgufVocabulary()), "m.gguf: tokenizer.ggml.tokens: is missing or empty");
}

TEST(FromGguf, ChecksScores) {
  GgufVocabulary vocabulary = sentencepiece();
  vocabulary.scores.back() = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(error_of(vocabulary), "m.gguf: tokenizer.ggml.scores[7]: is not a number");
  vocabulary.scores.pop_back();
  EXPECT_EQ(error_of(vocabulary), "m.gguf: tokenizer.ggml.scores: has 7 entries, expected 8, one a token");
}

TEST(FromGguf, RefusesToAddATokenThatIsNotNamed) {
  GgufVocabulary vocabulary = byte_level();
  vocabulary.add_eos = true;
  EXPECT_EQ(error_of(vocabulary), "m.gguf: tokenizer.ggml.eos_token_id: missing, but to be added");
}

TEST(FromGguf, TakesTokensThatAreNoUtf8) {
  GgufVocabulary vocabulary = byte_level();
  vocabulary.tokens.push_back("\xFF\xFE");
  vocabulary.token_types.push_back(1);
  const Tokenizer tokenizer = Tokenizer::from_gguf(vocabulary, "m.gguf");
  EXPECT_EQ(tokenizer.decode({4}), "\uFFFD\uFFFD");
}

}  // namespace
}  // namespace phasescope::text
