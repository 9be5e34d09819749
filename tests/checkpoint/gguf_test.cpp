// What GGUF files whose metadata or tensors make no model are answered with.
#include "../formats/gguf_builder.h"
#include "gguf_architecture.h"
#include "model_folder.h"

#include <regex>
#include <variant>

#include <gtest/gtest.h>

#include "phasescope/base/files.h"

namespace phasescope::checkpoint {
namespace {

using formats::GgufValueType;
using formats::testing::GgufBytes;
using testing::TemporaryFolder;
using Value = std::variant<std::uint32_t, float, std::string>;

/// A llama of one block, 4 wide, as far as its metadata goes; its only tensor is an embedding of 8 tokens.
std::map<std::string, Value> metadata() {
  return {{"general.architecture", "llama"},     {"llama.block_count", 1U},
          {"llama.embedding_length", 4U},        {"llama.attention.head_count", 2U},
          {"llama.attention.head_count_kv", 1U}, {"llama.feed_forward_length", 8U},
          {"tokenizer.ggml.eos_token_id", 2U}};
}

void append(GgufBytes& bytes, const std::string& key, const Value& value) {
  bytes.text(key);
  if (const auto* number = std::get_if<std::uint32_t>(&value))
    bytes.type(GgufValueType::uint32).number(*number);
  if (const auto* number = std::get_if<float>(&value)) bytes.type(GgufValueType::float32).number(*number);
  if (const auto* text = std::get_if<std::string>(&value)) bytes.type(GgufValueType::string).text(*text);
}

std::string file_with(const std::map<std::string, Value>& entries) {
  GgufBytes bytes;
  bytes.header(1, entries.size());
  for (const auto& [key, value] : entries) append(bytes, key, value);
  bytes.text("token_embd.weight").number<std::uint32_t>(2);  // dimensions, the contiguous one first
  bytes.number<std::uint64_t>(4).number<std::uint64_t>(8).number<std::uint32_t>(0).number<std::uint64_t>(0);
  return bytes.pad(32).zeros(8 * 4 * sizeof(float)).bytes();
}

/// The message without the position, which the tests of the format look at.
std::string opening_of(const std::string& bytes) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "model.gguf", bytes);
  const std::string message = testing::opening((folder / "model.gguf").string(), folder.path());
  return std::regex_replace(message, std::regex(" at byte [0-9]+"), "");
}

/// Opening the llama above with one entry replaced, or left out.
std::string with(const std::string& key, const std::optional<Value>& value) {
  auto entries = metadata();
  if (value) {
    entries[key] = *value;
  } else {
    entries.erase(key);
  }
  return opening_of(file_with(entries));
}

/// The same, as it is understood.
Architecture architecture_with(const std::map<std::string, Value>& more) {
  auto entries = metadata();
  for (const auto& [key, value] : more) entries[key] = value;
  const TemporaryFolder folder;
  write_file_atomically(folder / "model.gguf", file_with(entries));
  return read_gguf_architecture(formats::GgufFile(folder / "model.gguf"));
}

/// The llama's sizes under another architecture's name.
std::map<std::string, Value> sizes_of(const std::string& architecture) {
  return {{"general.architecture", architecture},
          {architecture + ".block_count", 7U},
          {architecture + ".embedding_length", 4U},
          {architecture + ".attention.head_count", 2U},
          {architecture + ".feed_forward_length", 8U}};
}

TEST(GgufArchitecture, UnsupportedOnesAreAnsweredWithTheListOfSupportedOnes) {
  EXPECT_EQ(with("general.architecture", "mamba"),
            "3 model.gguf: metadata 'general.architecture': \"mamba\" is not supported, expected one of "
            "llama qwen2 "
            "qwen3 gemma "
            "gemma2 gemma3 phi3");
}

TEST(GgufArchitecture, MissingEntries) {
  EXPECT_EQ(
      with("general.architecture", std::nullopt).rfind("3 model.gguf: metadata 'general.architecture': ", 0),
      0U);
  EXPECT_EQ(with("llama.block_count", std::nullopt).rfind("3 model.gguf: metadata 'llama.block_count': ", 0),
            0U);
  EXPECT_EQ(with("llama.feed_forward_length", std::nullopt)
                .rfind("3 model.gguf: metadata 'llama.feed_forward_length': ", 0),
            0U);
}

TEST(GgufArchitecture, SizesThatDoNotFit) {
  EXPECT_EQ(with("llama.attention.head_count", 3U),
            "3 model.gguf: metadata 'llama.attention.head_count': found 3, expected a divisor of "
            "embedding_length 4");
  EXPECT_EQ(
      with("llama.attention.head_count_kv", 4U),
      "3 model.gguf: metadata 'llama.attention.head_count_kv': found 4, expected a divisor of head_count 2");
  EXPECT_EQ(with("llama.attention.value_length", 4U),
            "3 model.gguf: metadata 'llama.attention.value_length': found 4, expected the key length 2");
  EXPECT_EQ(with("llama.rope.dimension_count", 3U),
            "3 model.gguf: metadata 'llama.rope.dimension_count': found 3, expected an even number up to 2");
  EXPECT_EQ(with("llama.block_count", 0U).rfind("3 model.gguf: metadata 'llama.block_count': found 0", 0),
            0U);
  EXPECT_EQ(with("llama.block_count", 1U << 30)
                .rfind("3 model.gguf: metadata 'llama.block_count': found 1073741824", 0),
            0U);
}

TEST(GgufArchitecture, WhatIsNotImplemented) {
  EXPECT_EQ(with("llama.rope.scaling.type", "ntk"),
            "3 model.gguf: metadata 'llama.rope.scaling.type': found \"ntk\", expected none, linear, yarn or "
            "longrope");
  EXPECT_EQ(
      with("llama.expert_count", 8U),
      "3 model.gguf: metadata 'llama.expert_count': mixtures of experts are not supported in GGUF files");
  EXPECT_EQ(with("llama.rope.freq_base", 0.0F),
            "3 model.gguf: metadata 'llama.rope.freq_base': found 0.000000, expected a positive number");
}

/// Source: what llama.cpp makes of a factor without a type, and of the key's early name.
TEST(GgufArchitecture, ScalingWithoutATypeIsLinear) {
  const Rope now = architecture_with({{"llama.rope.scaling.factor", 4.0F}}).ropes.front();
  EXPECT_EQ(now.type, RopeType::linear);
  EXPECT_EQ(now.factor, 4);
  const Rope early = architecture_with({{"llama.rope.scale_linear", 2.0F}}).ropes.front();
  EXPECT_EQ(early.type, RopeType::linear);
  EXPECT_EQ(early.factor, 2);
  EXPECT_EQ(architecture_with({{"llama.rope.scaling.factor", 0.0F}}).ropes.front().type, RopeType::plain);
}

TEST(GgufArchitecture, KeysThatNobodyUnderstands) {
  const std::string reason = "is not understood for this architecture and may change what it computes";
  for (const char* key : {"llama.logit_scale", "llama.attention.clamp_kqv", "llama.attention.scale"})
    EXPECT_EQ(with(key, 0.5F), std::string("3 model.gguf: metadata '") + key + "': " + reason);
  EXPECT_EQ(with("llama.attention.causal", 0U),
            "3 model.gguf: metadata 'llama.attention.causal': found 0, which is not implemented, expected 1");
  EXPECT_EQ(with("llama.attention.sliding_window", 4096U),
            "3 model.gguf: metadata 'llama.attention.sliding_window': found 4096, which is not implemented, "
            "expected 0");
  const std::string opens = opening_of(file_with(metadata()));
  for (const char* key : {"llama.vocab_size", "general.file_type", "tokenizer.ggml.padding_token_id"})
    EXPECT_EQ(with(key, 8U), opens) << key;
}

TEST(GgufArchitecture, WindowsOfGemma) {
  const auto windows = [](const Architecture& a) {
    std::string text;
    for (const BlockPattern& block : a.pattern) text += block.window ? "w" : "-";
    return text;
  };
  auto gemma3 = sizes_of("gemma3");
  EXPECT_EQ(windows(architecture_with(gemma3)), "-------");  // none is named
  gemma3["gemma3.attention.sliding_window"] = 5U;
  EXPECT_EQ(windows(architecture_with(gemma3)), "wwwww-w");
  gemma3["gemma3.attention.sliding_window_pattern"] = 2U;
  EXPECT_EQ(windows(architecture_with(gemma3)), "w-w-w-w");
  gemma3["gemma3.final_logit_softcapping"] = 12.0F;
  EXPECT_EQ(architecture_with(gemma3).logit_softcap, 12);
  const Architecture gemma2 = architecture_with(sizes_of("gemma2"));
  EXPECT_EQ(windows(gemma2), "w-w-w-w");
  EXPECT_EQ(gemma2.pattern.front().window, 4096);
}

TEST(GgufArchitecture, EndTokensOutsideTheVocabulary) {
  EXPECT_EQ(with("tokenizer.ggml.eos_token_id", 8U)
                .rfind("3 model.gguf: metadata 'tokenizer.ggml.eos_token_id': found 8", 0),
            0U);
}

TEST(GgufArchitecture, EndTokensAreAllThatTheFileNames) {
  const auto end_tokens = [](const std::map<std::string, Value>& entries) {
    const TemporaryFolder folder;
    write_file_atomically(folder / "model.gguf", file_with(entries));
    return read_gguf_architecture(formats::GgufFile(folder / "model.gguf")).end_tokens;
  };
  auto entries = metadata();
  EXPECT_EQ(end_tokens(entries), std::vector<std::int64_t>{2});
  entries["tokenizer.ggml.eot_token_id"] = 5U;
  entries["tokenizer.ggml.eom_token_id"] = 6U;
  EXPECT_EQ(end_tokens(entries), (std::vector<std::int64_t>{2, 5, 6}));
  entries.erase("tokenizer.ggml.eos_token_id");
  EXPECT_EQ(end_tokens(entries), (std::vector<std::int64_t>{5, 6}));
}

TEST(GgufArchitecture, MissingTensors) {
  EXPECT_EQ(opening_of(file_with(metadata())),
            "3 model.gguf: output_norm.weight: missing, expected a tensor of that name");
}

TEST(GgufArchitecture, OtherFiles) {
  EXPECT_EQ(opening_of("{}").rfind("3 model.gguf: ", 0), 0U);
  EXPECT_EQ(opening_of("").rfind("3 model.gguf: ", 0), 0U);
}

}  // namespace
}  // namespace phasescope::checkpoint
