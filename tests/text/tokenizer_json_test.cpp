#include "phasescope/text/tokenizer_json.h"

#include "error_message.h"

#include <gtest/gtest.h>

#include "phasescope/text/tokenizer.h"

namespace phasescope::text {
namespace {

using testing::message_of;

constexpr char bpe[] = R"("model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]})";

Tokenizer build(const std::string& text) {
  return Tokenizer(build_tokenizer(parse_tokenizer_file(text, "t.json")));
}

std::string error_of(const std::string& text) {
  return message_of([&] { build(text); });
}

std::string with(const std::string& component) {
  return error_of("{" + component + ", " + bpe + "}");
}

std::string with_model(const std::string& model) {
  return error_of("{\"model\": " + model + "}");
}

TEST(BuildTokenizer, NamesAnUnknownComponent) {
  EXPECT_EQ(with(R"("normalizer": {"type": "Precompiled"})"),
            "t.json: normalizer.type: normalizer \"Precompiled\" is not supported");
  EXPECT_EQ(
      with(
          R"("pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Digits"}, {"type": "Odd"}]})"),
      "t.json: pre_tokenizer.pretokenizers[1].type: pre-tokenizer \"Odd\" is not supported");
  EXPECT_EQ(with(R"("post_processor": {"type": "Odd"})"),
            "t.json: post_processor.type: post-processor \"Odd\" is not supported");
  EXPECT_EQ(with(R"("decoder": {"type": "CTC"})"), "t.json: decoder.type: decoder \"CTC\" is not supported");
  EXPECT_EQ(with_model(R"({"type": "WordLevel", "vocab": {"a": 0}})"),
            "t.json: model.type: model \"WordLevel\" is not supported");
}

TEST(BuildTokenizer, NamesWrongOptions) {
  EXPECT_EQ(with(R"("pre_tokenizer": {"type": "Split", "pattern": {"String": "x"}, "behavior": "Cut"})"),
            "t.json: pre_tokenizer.behavior: found \"Cut\", expected Removed, Isolated, MergedWithPrevious, "
            "MergedWithNext or Contiguous");
  EXPECT_EQ(with(R"("pre_tokenizer": {"type": "Split", "pattern": {}, "behavior": "Removed"})"),
            "t.json: pre_tokenizer.pattern: holds neither, expected \"String\" or \"Regex\"");
  EXPECT_EQ(with(R"("pre_tokenizer": {"type": "Metaspace", "replacement": "_", "prepend_scheme": "last"})"),
            "t.json: pre_tokenizer.prepend_scheme: found \"last\", expected always, first or never");
  EXPECT_EQ(
      with(
          R"("post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "x"}}], "special_tokens": {}})"),
      "t.json: post_processor.special_tokens.x: missing");
  EXPECT_EQ(with(R"("post_processor": {"type": "TemplateProcessing", "single": [], "special_tokens": {}})"),
            "t.json: post_processor.single: has no place for the text, expected a piece \"Sequence\"");
  EXPECT_EQ(with_model(R"({"type": "BPE", "vocab": {"a": 0}, "merges": [], "dropout": 0.1})"),
            "t.json: model.dropout: random merges are not supported, expected null");
}

TEST(BuildTokenizer, ChecksTheTables) {
  EXPECT_EQ(with_model(R"({"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": ["a b"]})"),
            "t.json: model.merges[0]: \"ab\" is no token of the vocabulary");
  EXPECT_EQ(with_model(R"({"type": "BPE", "vocab": {"a": 0.5}, "merges": []})"),
            "t.json: model.vocab.a: has a malformed entry, expected an integer id");
  EXPECT_EQ(with_model(R"({"type": "BPE", "vocab": {"a": [0]}, "merges": []})"),
            "t.json: model.vocab.a: has a malformed entry, expected an integer id");
  EXPECT_EQ(with_model(R"({"type": "BPE", "vocab": {"a": 0}, "merges": ["a"]})"),
            "t.json: model.merges[0]: has a malformed entry, expected two tokens");
  EXPECT_EQ(with_model(R"({"type": "BPE", "vocab": {"a": 0}, "merges": [["a", "b", "c"]]})"),
            "t.json: model.merges[0]: has a malformed entry, expected two tokens");
  EXPECT_EQ(with_model(R"({"type": "Unigram", "vocab": [["a", "b"]]})"),
            "t.json: model.vocab[0]: has a malformed entry, expected a token and its score");
  EXPECT_EQ(with_model(R"({"type": "Unigram", "vocab": [["a", -1]], "unk_id": 1})"),
            "t.json: model.unk_id: found 1, expected an id below 1");
  EXPECT_EQ(with_model(R"({"type": "BPE", "merges": []})"),
            "t.json: model.vocab: is missing or empty, expected an object of tokens and ids");
  EXPECT_EQ(with_model(R"({"type": "WordPiece", "vocab": {"a": 0}})"),
            "t.json: model.unk_token: \"[UNK]\" is no token of the vocabulary");
}

TEST(BuildTokenizer, RefusesWhatIsNoTokenizer) {
  EXPECT_EQ(error_of("{}"), "t.json: model: missing");
  EXPECT_EQ(error_of("[1]"), "t.json: JSON: found array, expected an object");
  EXPECT_EQ(error_of("{\"a\": ").rfind("t.json: JSON at byte 7: ", 0), 0U);
  EXPECT_EQ(error_of(std::string(100, '[') + std::string(100, ']')), "t.json: JSON: is nested too deeply");
}

TEST(BuildTokenizer, RefusesAddedTokensThatNormalizationMakesEqual) {
  const std::string tokens =
      R"("added_tokens": [{"content": "A", "normalized": true}, {"content": "a", "normalized": true}])";
  EXPECT_NE(with(R"("normalizer": {"type": "Lowercase"}, )" + tokens).find("when normalized"),
            std::string::npos);
}

TEST(BuildTokenizer, ReadsBothFormsOfMerges) {
  for (const char* merges : {R"(["#version: 0.2", "a b"])", R"([["a", "b"]])"}) {
    const Tokenizer tokenizer =
        build(std::string(R"({"model": {"vocab": {"a": 0, "b": 1, "ab": 2}, "merges": )") + merges + "}}");
    EXPECT_EQ(tokenizer.encode("abba"), (std::vector<std::int64_t>{2, 1, 0}));
  }
}

TEST(BuildTokenizer, TellsAboutAMissingUnknownTokenOnlyWhenItIsNeeded) {
  const Tokenizer tokenizer =
      build(R"({"model": {"type": "BPE", "unk_token": "?", "vocab": {"a": 0}, "merges": []}})");
  EXPECT_EQ(tokenizer.encode("a").size(), 1U);
  EXPECT_EQ(message_of([&] { tokenizer.encode("b"); }),
            "t.json: model.unk_token: \"?\" is no token of the vocabulary");
}

}  // namespace
}  // namespace phasescope::text
