#include "family.h"

#include <cmath>

namespace phasescope::checkpoint {
namespace {

LlamaDefaults gemma_defaults(std::int64_t key_value_heads, std::int64_t maximum_positions) {
  LlamaDefaults defaults;
  defaults.head_dim = 256;
  defaults.key_value_heads = key_value_heads;
  defaults.maximum_positions = maximum_positions;
  return defaults;
}

/// `activation_key` differs between generations.
Architecture read_gemma_like(ConfigReader& config, const std::string& activation_key,
                             const LlamaDefaults& defaults) {
  Architecture a = read_llama_like(config, defaults);
  a.query_key_value_bias = a.attention_output_bias = config.boolean_or("attention_bias", false);
  a.norm = NormKind::rms_unit_offset;
  a.activation = read_activation(config, activation_key, "gelu_pytorch_tanh");
  a.embedding_scale = std::sqrt(static_cast<double>(a.hidden));
  a.tied_head = config.boolean_or("tie_word_embeddings", true);
  config.require("use_bidirectional_attention", false);
  return a;
}

Architecture read_gemma(ConfigReader& config) {
  // The first generation has both keys in some files and reads this one.
  config.mark_read("hidden_activation");
  Architecture a = read_gemma_like(config, "hidden_act", gemma_defaults(16, 8192));
  // Early files say "gelu" and mean this; the later generations mean what they say.
  if (config.text_or("hidden_act", "") == "gelu") a.activation = Activation::gelu_tanh;
  set_uniform_pattern(a, std::nullopt);
  return a;
}

void read_query_scale(ConfigReader& config, Architecture& a) {
  a.score_scale = 1 / std::sqrt(config.positive_or("query_pre_attn_scalar", 256));
}

Architecture read_gemma2(ConfigReader& config) {
  Architecture a = read_gemma_like(config, "hidden_activation", gemma_defaults(4, 8192));
  config.mark_read("sliding_window_size");  // the reference implementation does not read it
  a.output_norms = true;
  read_query_scale(config, a);
  if (!config.mentions("attn_logit_softcapping") || config.has("attn_logit_softcapping")) {
    a.score_softcap = config.positive_or("attn_logit_softcapping", 50);
  }
  if (!config.mentions("final_logit_softcapping") || config.has("final_logit_softcapping")) {
    a.logit_softcap = config.positive_or("final_logit_softcapping", 30);
  }
  const std::int64_t window = config.extent_or("sliding_window", 4096);
  const bool listed = config.has("layer_types");
  const std::vector<bool> sliding = read_sliding_layers(config, a.blocks);
  set_uniform_pattern(a, std::nullopt);
  for (std::size_t b = 0; b < a.pattern.size(); ++b) {
    if (listed ? sliding[b] : b % 2 == 0) a.pattern[b].window = window;
  }
  return a;
}

/// The settings of one kind of block in the newer, nested spelling; none where it has no entry of its own.
Json nested_settings(const Json& parameters, const char* kind) {
  return parameters.contains(kind) && parameters[kind].is_object() ? parameters[kind] : Json::object();
}

/// Rotary settings of the full and of the windowed blocks, in this order. `rope_scaling` concerns the full
/// ones and wins over the nested spelling, key by key.
std::vector<Rope> read_gemma3_ropes(ConfigReader& config, const Architecture& a) {
  const RopeDefaults full{config.positive_or("rope_theta", 1e6), 1};
  const RopeDefaults local{config.positive_or("rope_local_base_freq", 1e4), 1};
  const Json parameters =
      config.has("rope_parameters") ? config.object("rope_parameters").json() : Json::object();
  const auto read = [&](const Json& settings, const std::string& field, const RopeDefaults& defaults) {
    return read_rope_settings(JsonObject(settings, config.file(), config.field(field)), a.head_dim,
                              a.maximum_positions, defaults);
  };
  const Rope windowed =
      read(nested_settings(parameters, "sliding_attention"), "rope_parameters.sliding_attention", local);
  if (!parameters.contains("full_attention") && !parameters.contains("sliding_attention"))
    return {read_rope(config, a.head_dim, a.maximum_positions, full), windowed};
  Json settings = nested_settings(parameters, "full_attention");
  if (config.has("rope_scaling")) settings.update(config.object("rope_scaling").json());
  return {read(settings, "rope_parameters.full_attention", full), windowed};
}

Architecture read_gemma3(ConfigReader& config) {
  LlamaDefaults defaults = gemma_defaults(4, 131072);
  defaults.heads = 8;
  defaults.vocabulary = 262208;
  defaults.reads_ropes = false;
  Architecture a = read_gemma_like(config, "hidden_activation", defaults);
  a.output_norms = true;
  a.query_key_norm = QueryKeyNorm::per_head;
  read_query_scale(config, a);
  config.mark_read("attn_logit_softcapping");  // the reference implementation does not apply it
  if (config.has("final_logit_softcapping"))
    a.logit_softcap = config.positive_or("final_logit_softcapping", 30);
  a.ropes = read_gemma3_ropes(config, a);
  const std::int64_t window = config.extent_or("sliding_window", 4096);
  const std::int64_t every = config.extent_or("sliding_window_pattern", 6);
  const bool listed = config.has("layer_types");
  const std::vector<bool> sliding = read_sliding_layers(config, a.blocks);
  set_uniform_pattern(a, std::nullopt);
  for (std::size_t b = 0; b < a.pattern.size(); ++b) {
    const bool is_sliding = listed ? sliding[b] : (static_cast<std::int64_t>(b) + 1) % every != 0;
    if (!is_sliding) continue;
    a.pattern[b].window = window;
    a.pattern[b].rope = 1;
  }
  return a;
}

TensorNames gemma_names(const Architecture&) {
  return llama_names();
}

TensorNames four_norm_names(const Architecture& architecture) {
  TensorNames names = llama_names();
  names.attention_output_norm = "layers.{}.post_attention_layernorm";
  names.feed_forward_norm = "layers.{}.pre_feedforward_layernorm";
  names.feed_forward_output_norm = "layers.{}.post_feedforward_layernorm";
  if (architecture.query_key_norm != QueryKeyNorm::none) {
    names.query_norm = "layers.{}.self_attn.q_norm";
    names.key_norm = "layers.{}.self_attn.k_norm";
  }
  return names;
}

}  // namespace

std::vector<Family> gemma_families() {
  return {{"gemma", read_gemma, gemma_names},
          {"gemma2", read_gemma2, four_norm_names},
          {"gemma3_text", read_gemma3, four_norm_names}};
}

}  // namespace phasescope::checkpoint
