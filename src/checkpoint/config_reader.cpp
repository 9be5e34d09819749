#include "config_reader.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace phasescope::checkpoint {
namespace {

constexpr std::int64_t kLargestExtent = std::int64_t{1} << 30;
constexpr std::int64_t kMostBlocks = 10'000;

/// Keys that do not change what the network computes from given weights: bookkeeping, training and generation
/// settings.
constexpr std::array kHarmless = {"activation_dropout",
                                  "architectures",
                                  "attention_dropout",
                                  "attention_probs_dropout_prob",
                                  "attn_implementation",
                                  "attn_pdrop",
                                  "auto_map",
                                  "bad_words_ids",
                                  "begin_suppress_tokens",
                                  "bos_token_id",
                                  "cache_implementation",
                                  "chunk_size_feed_forward",
                                  "classifier_dropout",
                                  "cross_attention_hidden_size",
                                  "custom_pipelines",
                                  "decoder_start_token_id",
                                  "diversity_penalty",
                                  "do_sample",
                                  "dropout",
                                  "dtype",
                                  "early_stopping",
                                  "embd_pdrop",
                                  "embed_dropout",
                                  "encoder_no_repeat_ngram_size",
                                  "exponential_decay_length_penalty",
                                  "finetuning_task",
                                  "forced_bos_token_id",
                                  "forced_eos_token_id",
                                  "gradient_checkpointing",
                                  "hidden_dropout",
                                  "hidden_dropout_prob",
                                  "id2label",
                                  "init_std",
                                  "initializer_range",
                                  "is_decoder",
                                  "is_encoder_decoder",
                                  "is_llama_config",
                                  "label2id",
                                  "layerdrop",
                                  "length_penalty",
                                  "logits_to_keep",
                                  "max_length",
                                  "max_sequence_length",
                                  "min_length",
                                  "model_type",
                                  "n_ctx",
                                  "n_special",
                                  "name",
                                  "neftune_noise_alpha",
                                  "no_repeat_ngram_size",
                                  "num_beam_groups",
                                  "num_beams",
                                  "num_logits_to_keep",
                                  "num_return_sequences",
                                  "pad_token_id",
                                  "predict_special_tokens",
                                  "prefix",
                                  "pretraining_tp",
                                  "problem_type",
                                  "remove_invalid_values",
                                  "reorder_and_upcast_attn",
                                  "repetition_penalty",
                                  "resid_pdrop",
                                  "return_dict",
                                  "return_dict_in_generate",
                                  "rope_interleaved",
                                  "router_aux_loss_coef",
                                  "router_jitter_noise",
                                  "sep_token_id",
                                  "suppress_tokens",
                                  "task_specific_params",
                                  "temperature",
                                  "tf_legacy_loss",
                                  "tie_encoder_decoder",
                                  "tokenizer_class",
                                  "top_k",
                                  "top_p",
                                  "torch_dtype",
                                  "torchscript",
                                  "transformers.js_config",
                                  "transformers_version",
                                  "typical_p",
                                  "unk_token_id",
                                  "use_bfloat16",
                                  "use_cache",
                                  "use_flash_attn",
                                  "use_return_dict"};
constexpr std::array kHarmlessPrefixes = {"_",       "summary_", "output_",
                                          "unsloth", "xla_",     "quantization_aware"};

}  // namespace

bool is_harmless_key(const std::string& key) {
  const auto begins_key = [&](const std::string_view prefix) { return key.rfind(prefix, 0) == 0; };
  return std::find(kHarmless.begin(), kHarmless.end(), key) != kHarmless.end() ||
         std::any_of(kHarmlessPrefixes.begin(), kHarmlessPrefixes.end(), begins_key);
}

ConfigReader::ConfigReader(const Json& config, std::string file, std::string path)
    : object_(config, std::move(file), std::move(path)) {}

const JsonObject& ConfigReader::read(const std::string& key) {
  read_.insert(key);
  return object_;
}

bool ConfigReader::has(const std::string& key) {
  return read(key).has(key);
}
std::int64_t ConfigReader::extent(const std::string& key) {
  return read(key).integer(key, 1, kLargestExtent);
}
std::int64_t ConfigReader::extent_or(const std::string& key, std::int64_t fallback) {
  return read(key).integer_or(key, fallback, 1, kLargestExtent);
}
std::int64_t ConfigReader::block_count(const std::string& key) {
  return read(key).integer(key, 1, kMostBlocks);
}
std::optional<std::int64_t> ConfigReader::window(const std::string& key,
                                                 std::optional<std::int64_t> fallback) {
  if (!mentions(key)) return fallback;
  return has(key) ? std::optional(extent(key)) : std::nullopt;
}
std::int64_t ConfigReader::integer_or(const std::string& key, std::int64_t fallback, std::int64_t minimum) {
  return read(key).integer_or(key, fallback, minimum, kLargestExtent);
}
double ConfigReader::number_or(const std::string& key, double fallback) {
  return read(key).number_or(key, fallback);
}
double ConfigReader::positive_or(const std::string& key, double fallback) {
  const double value = number_or(key, fallback);
  if (!(value > 0)) fail(key, "found " + std::to_string(value), "a positive number");
  return value;
}
bool ConfigReader::boolean_or(const std::string& key, bool fallback) {
  return read(key).boolean_or(key, fallback);
}
std::string ConfigReader::text_or(const std::string& key, const std::string& fallback) {
  return read(key).text_or(key, fallback);
}
std::vector<std::int64_t> ConfigReader::integers(const std::string& key) {
  return read(key).integers(key);
}
std::vector<std::string> ConfigReader::texts(const std::string& key) {
  return read(key).texts(key);
}
JsonObject ConfigReader::object(const std::string& key) {
  return read(key).object(key);
}

void ConfigReader::require(const std::string& key, const Json& only_value) {
  if (has(key) && object_.json()[key] != only_value) {
    fail(key, "found " + object_.json()[key].dump() + ", which is not implemented", only_value.dump());
  }
}

void ConfigReader::fail(const std::string& key, const std::string& reason,
                        const std::string& expected) const {
  object_.fail(key, reason, expected);
}

void ConfigReader::refuse_unread() const {
  for (const auto& [key, value] : object_.json().items()) {
    if (read_.count(key) != 0 || value.empty() || is_harmless_key(key)) continue;
    fail(key, "is not understood for this model type and may change what it computes");
  }
}

}  // namespace phasescope::checkpoint
