// What a wrong config.json or generation_config.json is answered with.
#include "model_folder.h"

#include <gtest/gtest.h>

#include "phasescope/base/error.h"
#include "phasescope/checkpoint/read_architecture.h"

namespace phasescope::checkpoint {
namespace {

using testing::ModelFolder;

/// What opening llama_gqa (36 wide, 9 heads over 3 key-value heads) says once a key has this value.
std::string with(const std::string& key, const Json& value, const std::string& case_name = "llama_gqa") {
  const ModelFolder folder(case_name);
  folder.set(key, value);
  return folder.opening();
}

std::string without(const std::string& key, const std::string& case_name = "llama_gqa") {
  const ModelFolder folder(case_name);
  folder.unset(key);
  return folder.opening();
}

TEST(MalformedConfig, TheUnspoiltModelOpens) {
  EXPECT_EQ(ModelFolder("llama_gqa").opening(), "opened");
}

TEST(MalformedConfig, MissingFile) {
  const ModelFolder folder("llama_gqa");
  folder.remove("config.json");
  EXPECT_EQ(folder.opening(), "4 config.json: cannot be opened (No such file or directory)");
}

TEST(MalformedConfig, NoJson) {
  const ModelFolder folder("llama_gqa");
  folder.write("config.json", "{\"model_type\": \"llama\", \"hidden_size\": }");
  EXPECT_EQ(folder.opening().rfind("3 config.json: JSON at byte 40: syntax error", 0), 0U)
      << folder.opening();
  folder.write("config.json", "");
  EXPECT_EQ(folder.opening().rfind("3 config.json: JSON at byte 1: ", 0), 0U) << folder.opening();
  folder.write("config.json", "[1, 2]");
  EXPECT_EQ(folder.opening(), "3 config.json: JSON: found array, expected an object");
}

TEST(MalformedConfig, MissingKeys) {
  EXPECT_EQ(without("hidden_size"), "3 config.json: hidden_size: missing");
  EXPECT_EQ(without("num_hidden_layers"), "3 config.json: num_hidden_layers: missing");
  EXPECT_EQ(without("n_head", "gpt2_unprefixed"), "3 config.json: n_head: missing");
  EXPECT_EQ(with("vocab_size", nullptr), "3 config.json: vocab_size: missing");
}

TEST(MalformedConfig, WrongTypes) {
  EXPECT_EQ(with("hidden_size", "36"), "3 config.json: hidden_size: found \"36\", expected an integer");
  EXPECT_EQ(with("hidden_size", 36.5), "3 config.json: hidden_size: found 36.5, expected an integer");
  EXPECT_EQ(with("rms_norm_eps", "1e-5"), "3 config.json: rms_norm_eps: found \"1e-5\", expected a number");
  EXPECT_EQ(with("attention_bias", 0), "3 config.json: attention_bias: found 0, expected true or false");
  EXPECT_EQ(with("hidden_act", 3), "3 config.json: hidden_act: found 3, expected a string");
  EXPECT_EQ(with("rope_scaling", 4), "3 config.json: rope_scaling: found number, expected an object");
  EXPECT_EQ(with("no_rope_layers", {1, "0", 1, 1}, "smollm3_listed"),
            "3 config.json: no_rope_layers: holds \"0\", expected integers");
}

TEST(MalformedConfig, SizesOutOfRange) {
  const std::string range = ", expected an integer from 1 to 1073741824";
  EXPECT_EQ(with("hidden_size", 0), "3 config.json: hidden_size: found 0" + range);
  EXPECT_EQ(with("hidden_size", -36), "3 config.json: hidden_size: found -36" + range);
  EXPECT_EQ(with("num_attention_heads", 0), "3 config.json: num_attention_heads: found 0" + range);
  EXPECT_EQ(with("num_key_value_heads", 0), "3 config.json: num_key_value_heads: found 0" + range);
  EXPECT_EQ(with("vocab_size", std::uint64_t{18446744073709551615U}),
            "3 config.json: vocab_size: found 18446744073709551615" + range);
  EXPECT_EQ(with("num_hidden_layers", 1073741824),
            "3 config.json: num_hidden_layers: found 1073741824, expected an integer from 1 to 10000");
  EXPECT_EQ(with("rms_norm_eps", 0),
            "3 config.json: rms_norm_eps: found 0.000000, expected a positive number");
  EXPECT_EQ(with("sliding_window", 0, "mistral_window"), "3 config.json: sliding_window: found 0" + range);
}

TEST(MalformedConfig, HeadsThatDoNotDivide) {
  EXPECT_EQ(with("num_attention_heads", 7),
            "3 config.json: num_key_value_heads: found 3, expected a divisor of num_attention_heads 7");
  EXPECT_EQ(with("num_key_value_heads", 2),
            "3 config.json: num_key_value_heads: found 2, expected a divisor of num_attention_heads 9");
  const ModelFolder folder("llama_gqa");
  folder.set("num_key_value_heads", 1);
  folder.set("num_attention_heads", 7);
  EXPECT_EQ(folder.opening(),
            "3 config.json: num_attention_heads: found 7, expected a divisor of hidden_size 36");
  EXPECT_EQ(with("n_head", 7, "gpt2_unprefixed"),
            "3 config.json: n_head: found 7, expected a divisor of the hidden size 36");
}

TEST(MalformedConfig, UnknownFamiliesAreAnsweredWithTheListOfKnownOnes) {
  const std::string known =
      ", expected one of llama mistral qwen2 qwen3 smollm3 granite olmo2 phi3 stablelm gemma gemma2 "
      "gemma3_text gpt2 "
      "gpt_neox opt phi falcon qwen3_moe mixtral";
  EXPECT_EQ(with("model_type", "mamba"), "3 config.json: model_type: \"mamba\" is not supported" + known);
  EXPECT_EQ(without("model_type"), "3 config.json: model_type: missing" + known);
}

TEST(MalformedConfig, ActivationsThatAreNotImplemented) {
  EXPECT_EQ(with("hidden_act", "quick_gelu"),
            "3 config.json: hidden_act: found \"quick_gelu\", expected one of silu gelu gelu_new "
            "gelu_pytorch_tanh relu");
}

TEST(MalformedConfig, RotarySettings) {
  const auto scaled = [](const Json& settings) { return with("rope_scaling", settings); };
  EXPECT_EQ(scaled({{"rope_type", "ntk"}, {"factor", 2}}),
            "3 config.json: rope_scaling.rope_type: found \"ntk\", expected one of default linear dynamic "
            "yarn longrope "
            "llama3");
  EXPECT_EQ(scaled({{"type", "mrope"}}),
            "3 config.json: rope_scaling.type: found \"mrope\", expected one of default linear dynamic yarn "
            "longrope "
            "llama3");
  EXPECT_EQ(scaled({{"type", "linear"}}), "3 config.json: rope_scaling.factor: missing");
  EXPECT_EQ(scaled({{"type", "linear"}, {"factor", -2}}),
            "3 config.json: rope_scaling.factor: found -2.000000, expected a positive number");
  EXPECT_EQ(scaled({{"rope_type", "llama3"}, {"factor", 2}}),
            "3 config.json: rope_scaling.low_freq_factor: missing");
  EXPECT_EQ(scaled({{"type", "longrope"}, {"short_factor", {1.0}}, {"long_factor", {1.0, 1.0}}}),
            "3 config.json: rope_scaling.short_factor: has 1 entries, expected 2");
  EXPECT_EQ(
      scaled({{"type", "default"}, {"mrope_section", {16, 24}}}),
      "3 config.json: rope_scaling.mrope_section: is not understood and may change the rotary frequencies");
  EXPECT_EQ(with("rope_theta", 0), "3 config.json: rope_theta: found 0.000000, expected a positive number");
  EXPECT_EQ(with("partial_rotary_factor", 1e300, "phi_default_rotary"),
            "3 config.json: rope_scaling.partial_rotary_factor: found 1" + std::to_string(1e300).substr(1) +
                ", expected a number above 0 and up to 1");
}

TEST(MalformedConfig, KeysThatMayChangeTheComputation) {
  const std::string reason = ": is not understood for this model type and may change what it computes";
  EXPECT_EQ(with("logit_scale", 0.0625), "3 config.json: logit_scale" + reason);
  EXPECT_EQ(with("quantization_config", {{"bits", 4}}), "3 config.json: quantization_config" + reason);
  EXPECT_EQ(with("sliding_window", 8), "3 config.json: sliding_window" + reason);  // llama has none
  EXPECT_EQ(with("pruned_heads", {{"0", {1}}}), "3 config.json: pruned_heads" + reason);
}

TEST(MalformedConfig, KeysThatDoNotAreIgnored) {
  EXPECT_EQ(with("initializer_range", 0.5), "opened");
  EXPECT_EQ(with("_name_or_path", "somewhere"), "opened");
  EXPECT_EQ(with("logit_scale", nullptr), "opened");          // null: absent
  EXPECT_EQ(with("pruned_heads", Json::object()), "opened");  // empty: changes nothing
}

TEST(MalformedConfig, SwitchesWithOnePositionImplemented) {
  EXPECT_EQ(with("alibi", true, "falcon_7b_style"),
            "3 config.json: alibi: found true, which is not implemented, expected false");
  EXPECT_EQ(with("add_cross_attention", true, "gpt2_unprefixed"),
            "3 config.json: add_cross_attention: found true, which is not implemented, expected false");
  EXPECT_EQ(
      with("use_bidirectional_attention", true, "gemma_mqa"),
      "3 config.json: use_bidirectional_attention: found true, which is not implemented, expected false");
  EXPECT_EQ(with("interpolate_factor", 2, "phi3_window"),
            "3 config.json: interpolate_factor: found 2, which is not implemented, expected 1");
}

TEST(MalformedConfig, ListsWithOneEntryABlock) {
  EXPECT_EQ(with("layer_types", {"full_attention"}, "gemma2_layer_types"),
            "3 config.json: layer_types: has 1 entries, expected 3");
  EXPECT_EQ(with("layer_types", {"full_attention", "chunked_attention"}, "gemma2_layer_types"),
            "3 config.json: layer_types: holds \"chunked_attention\", expected sliding_attention or "
            "full_attention");
  EXPECT_EQ(with("no_rope_layers", {1}, "smollm3_listed"),
            "3 config.json: no_rope_layers: has 1 entries, expected 3");
}

TEST(MalformedConfig, ExpertsThatAreTooFew) {
  EXPECT_EQ(with("num_experts_per_tok", 99, "mixtral_default"),
            "3 config.json: num_experts_per_tok: found 99, expected at most the number of experts, 4");
}

TEST(MalformedConfig, EndTokens) {
  const std::string reason = "expected ids below the vocabulary size 320";
  EXPECT_EQ(with("eos_token_id", 320), "3 config.json: eos_token_id: found 320, " + reason);
  EXPECT_EQ(with("eos_token_id", {1, 500}), "3 config.json: eos_token_id: found 500, " + reason);
  EXPECT_EQ(with("eos_token_id", "</s>"), "3 config.json: eos_token_id: found \"</s>\", expected an integer");
  EXPECT_EQ(
      with("eos_token_id", -1).rfind("3 config.json: eos_token_id: found -1, expected an integer from 0", 0),
      0U);
  EXPECT_EQ(with("eos_token_id", {-1}), "3 config.json: eos_token_id: found -1, " + reason);
}

TEST(MalformedConfig, GenerationConfig) {
  const ModelFolder folder("llama_gqa");
  folder.write("generation_config.json", "{\"eos_token_id\": 400}");
  EXPECT_EQ(folder.opening(),
            "3 generation_config.json: eos_token_id: found 400, expected ids below the vocabulary size 320");
  folder.write("generation_config.json", "{");
  EXPECT_EQ(folder.opening().rfind("3 generation_config.json: JSON at byte 2: syntax error", 0), 0U);
  folder.write("generation_config.json", "[]");
  EXPECT_EQ(folder.opening(), "3 generation_config.json: JSON: found array, expected an object");
}

TEST(MalformedConfig, GenerationConfigWinsOnlyWhereItSpeaks) {
  const ModelFolder folder("llama_gqa");
  folder.set("eos_token_id", 7);
  folder.write("generation_config.json", "{\"eos_token_id\": [3, 5]}");
  EXPECT_EQ(folder.open().architecture().end_tokens, (std::vector<std::int64_t>{3, 5}));
  folder.write("generation_config.json", "{\"eos_token_id\": null, \"temperature\": 0.6}");
  EXPECT_EQ(folder.open().architecture().end_tokens, (std::vector<std::int64_t>{7}));
  folder.remove("generation_config.json");
  folder.set("eos_token_id", nullptr);
  EXPECT_TRUE(folder.open().architecture().end_tokens.empty());
}

TEST(MalformedConfig, ErrorsInsideAWrapperSayWhere) {
  const Json wrapped = {{"model_type", "gemma3"},
                        {"text_config", {{"model_type", "gemma3_text"}, {"hidden_size", "wide"}}}};
  try {
    read_architecture(wrapped, "config.json");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "config.json: text_config.num_hidden_layers: missing");
  }
}

/// Others mask or place tokens in their own way (paligemma sees a whole prompt at once).
TEST(MalformedConfig, WrappersThatAreMoreThanNames) {
  for (const char* name : {"paligemma", "qwen2_5_vl", ""}) {
    const Json wrapped = {{"model_type", name}, {"text_config", {{"model_type", "gemma"}}}};
    try {
      read_architecture(wrapped, "config.json");
      FAIL() << name;
    } catch (const Error& error) {
      EXPECT_EQ(error.details().field, "model_type");
      EXPECT_EQ(error.details().expected, "one of gemma3 mistral3 where there is a text_config");
    }
  }
}

/// Source: Gemma3TextConfig of transformers 5.18.
TEST(MalformedConfig, BothSpellingsOfGemma3sRotarySettings) {
  const ModelFolder folder("gemma3_layer_types");  // nested, theta 20000 and 300
  folder.set("rope_scaling", {{"rope_type", "linear"}, {"factor", 4.0}});
  const std::vector<Rope> both = folder.open().architecture().ropes;
  EXPECT_EQ(both[0].type, RopeType::linear);
  EXPECT_EQ(both[0].factor, 4);
  EXPECT_EQ(both[0].theta, 20000);
  EXPECT_EQ(both[1].type, RopeType::plain);
  EXPECT_EQ(both[1].theta, 300);
  folder.unset("rope_scaling");
  folder.set("rope_parameters", {{"full_attention", {{"rope_type", "default"}, {"rope_theta", 7000.0}}}});
  folder.set("rope_local_base_freq", 50.0);
  const std::vector<Rope> one = folder.open().architecture().ropes;
  EXPECT_EQ(one[0].theta, 7000);
  EXPECT_EQ(one[1].theta, 50);
}

TEST(MalformedConfig, WrappersSayWhetherTheHeadIsTied) {
  Json wrapped = read_json_file(testing::model_case("mistral3_wrapper") / "config.json");
  const auto tied = [&] { return read_architecture(wrapped, "config.json").tied_head; };
  EXPECT_FALSE(tied());
  wrapped["text_config"]["tie_word_embeddings"] = true;
  EXPECT_FALSE(tied());
  wrapped.erase("tie_word_embeddings");
  wrapped["text_config"]["tie_word_embeddings"] = false;
  EXPECT_TRUE(tied());
  wrapped["text_config"].erase("model_type");
  EXPECT_EQ(read_architecture(wrapped, "config.json").family, "mistral");
}

}  // namespace
}  // namespace phasescope::checkpoint
