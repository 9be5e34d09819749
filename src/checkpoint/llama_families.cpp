#include "family.h"

#include <algorithm>
#include <cmath>

namespace phasescope::checkpoint {
namespace {

constexpr std::int64_t kDefaultWindow = 4096;

std::int64_t extent_or_default(ConfigReader& config, const std::string& key, std::int64_t fallback) {
  return fallback > 0 ? config.extent_or(key, fallback) : config.extent(key);
}

/// An absent key takes the family's default, null the usual rule.
std::int64_t extent_by_rule(ConfigReader& config, const std::string& key, std::int64_t fallback,
                            std::int64_t by_rule) {
  return config.extent_or(key, fallback > 0 && !config.mentions(key) ? fallback : by_rule);
}

void read_heads(ConfigReader& config, const LlamaDefaults& defaults, Architecture& a) {
  a.heads = extent_or_default(config, "num_attention_heads", defaults.heads);
  a.key_value_heads = extent_by_rule(config, "num_key_value_heads", defaults.key_value_heads, a.heads);
  if (a.heads % a.key_value_heads != 0) {
    config.fail("num_key_value_heads", "found " + std::to_string(a.key_value_heads),
                "a divisor of num_attention_heads " + std::to_string(a.heads));
  }
  a.head_dim =
      extent_by_rule(config, "head_dim", defaults.head_dim, std::max<std::int64_t>(1, a.hidden / a.heads));
  const bool divided = !config.has("head_dim") && (defaults.head_dim == 0 || config.mentions("head_dim"));
  if (divided && a.hidden % a.heads != 0) {
    config.fail("num_attention_heads", "found " + std::to_string(a.heads),
                "a divisor of hidden_size " + std::to_string(a.hidden));
  }
}

void read_sizes(ConfigReader& config, const LlamaDefaults& defaults, Architecture& a) {
  a.blocks = config.block_count("num_hidden_layers");
  a.hidden = a.embedding_width = config.extent("hidden_size");
  read_heads(config, defaults, a);
  a.intermediate = config.extent("intermediate_size");
  a.vocabulary = extent_or_default(config, "vocab_size", defaults.vocabulary);
  a.maximum_positions = config.extent_or("max_position_embeddings", defaults.maximum_positions);
}

void read_attention_bias(ConfigReader& config, Architecture& a) {
  a.query_key_value_bias = a.attention_output_bias = config.boolean_or("attention_bias", false);
}

void read_bias_flags(ConfigReader& config, Architecture& a) {
  read_attention_bias(config, a);
  a.feed_forward_bias = config.boolean_or("mlp_bias", false);
}

Architecture read_llama(ConfigReader& config) {
  Architecture a = read_llama_like(config, {});
  read_bias_flags(config, a);
  set_uniform_pattern(a, std::nullopt);
  return a;
}

Architecture read_mistral(ConfigReader& config) {
  LlamaDefaults defaults;
  defaults.key_value_heads = 8;
  defaults.maximum_positions = 131072;
  Architecture a = read_llama_like(config, defaults);
  set_uniform_pattern(a, config.window("sliding_window", kDefaultWindow));
  return a;
}

LlamaDefaults qwen_defaults() {
  LlamaDefaults defaults;
  defaults.key_value_heads = 32;
  defaults.maximum_positions = 32768;
  return defaults;
}

/// qwen2 and qwen3: the window, where it is in use, begins at block `max_window_layers`, unless `layer_types`
/// says otherwise.
void read_qwen_windows(ConfigReader& config, Architecture& a) {
  const bool in_use = config.boolean_or("use_sliding_window", false);
  const std::optional<std::int64_t> window = config.window("sliding_window", kDefaultWindow);
  const std::int64_t first = config.integer_or("max_window_layers", 28);
  set_uniform_pattern(a, std::nullopt);
  const bool listed = config.has("layer_types");
  const std::vector<bool> sliding = read_sliding_layers(config, a.blocks);
  for (std::int64_t b = 0; in_use && b < a.blocks; ++b) {
    const auto i = static_cast<std::size_t>(b);
    if (listed ? sliding[i] : b >= first) a.pattern[i].window = window;
  }
}

Architecture read_qwen2(ConfigReader& config) {
  Architecture a = read_llama_like(config, qwen_defaults());
  a.query_key_value_bias = true;
  config.require("use_mrope", false);  // positions of images
  read_qwen_windows(config, a);
  return a;
}

Architecture read_qwen3(ConfigReader& config) {
  LlamaDefaults defaults = qwen_defaults();
  defaults.head_dim = 128;
  Architecture a = read_llama_like(config, defaults);
  read_attention_bias(config, a);
  a.query_key_norm = QueryKeyNorm::per_head;
  read_qwen_windows(config, a);
  return a;
}

Architecture read_smollm3(ConfigReader& config) {
  LlamaDefaults defaults;
  defaults.key_value_heads = 4;
  defaults.maximum_positions = 32768;
  defaults.rope.theta = 2e6;
  Architecture a = read_llama_like(config, defaults);
  read_bias_flags(config, a);
  a.tied_head = config.boolean_or("tie_word_embeddings", true);
  set_uniform_pattern(a, std::nullopt);
  const std::int64_t interval = config.extent_or("no_rope_layer_interval", 4);
  std::vector<std::int64_t> rotated;
  if (config.has("no_rope_layers")) rotated = config.integers("no_rope_layers");
  if (!rotated.empty() && static_cast<std::int64_t>(rotated.size()) != a.blocks) {
    config.fail("no_rope_layers", "has " + std::to_string(rotated.size()) + " entries",
                std::to_string(a.blocks));
  }
  const bool in_use = config.boolean_or("use_sliding_window", false);
  const std::optional<std::int64_t> window = config.window("sliding_window", std::nullopt);
  config.mark_read("max_window_layers");  // the reference implementation does not read it
  const bool listed = config.has("layer_types");
  const std::vector<bool> sliding = read_sliding_layers(config, a.blocks);
  for (std::int64_t b = 0; b < a.blocks; ++b) {
    const auto i = static_cast<std::size_t>(b);
    const bool rope = rotated.empty() ? (b + 1) % interval != 0 : rotated[i] != 0;
    a.pattern[i].rope = rope ? 0 : -1;
    if (in_use && (listed ? sliding[i] : !rope)) a.pattern[i].window = window;
  }
  return a;
}

Architecture read_granite(ConfigReader& config) {
  Architecture a = read_llama_like(config, {});
  read_bias_flags(config, a);
  a.embedding_scale = config.positive_or("embedding_multiplier", 1);
  a.residual_scale = config.positive_or("residual_multiplier", 1);
  a.score_scale = config.positive_or("attention_multiplier", 1);
  a.logit_scale = 1 / config.positive_or("logits_scaling", 1);
  set_uniform_pattern(a, std::nullopt);
  return a;
}

Architecture read_olmo2(ConfigReader& config) {
  LlamaDefaults defaults;
  defaults.epsilon = 1e-5;
  Architecture a = read_llama_like(config, defaults);
  read_attention_bias(config, a);
  a.input_norms = false;
  a.output_norms = true;
  a.query_key_norm = QueryKeyNorm::all_heads;
  set_uniform_pattern(a, std::nullopt);
  return a;
}

Architecture read_phi3(ConfigReader& config) {
  LlamaDefaults defaults;
  defaults.epsilon = 1e-5;
  defaults.maximum_positions = defaults.rope.original_positions = 4096;
  Architecture a = read_llama_like(config, defaults);
  // Keys of Phi-4-mini's own code; only these values are what the family computes.
  for (const char* key : {"attention_bias", "mlp_bias", "lm_head_bias"}) config.require(key, false);
  for (const char* key : {"full_attn_mod", "interpolate_factor"}) config.require(key, 1);
  set_uniform_pattern(a, config.window("sliding_window", std::nullopt));
  return a;
}

Architecture read_stablelm(ConfigReader& config) {
  LlamaDefaults defaults;
  defaults.key_value_heads = 32;
  defaults.maximum_positions = 4096;
  defaults.rope.rotated_share = 0.25;
  Architecture a = read_llama_like(config, defaults);
  a.norm = NormKind::layer;
  a.norm_epsilon = config.positive_or("layer_norm_eps", 1e-5);
  a.query_key_value_bias = config.boolean_or("use_qkv_bias", false);
  a.parallel_residual = config.boolean_or("use_parallel_residual", false);
  a.shared_input_norm = a.parallel_residual;
  if (config.boolean_or("qk_layernorm", false)) a.query_key_norm = QueryKeyNorm::each_head;
  set_uniform_pattern(a, std::nullopt);
  return a;
}

TensorNames plain_names(const Architecture&) {
  return llama_names();
}

TensorNames query_key_norm_names(const Architecture&) {
  TensorNames names = llama_names();
  names.query_norm = "layers.{}.self_attn.q_norm";
  names.key_norm = "layers.{}.self_attn.k_norm";
  return names;
}

TensorNames olmo2_names(const Architecture& architecture) {
  TensorNames names = query_key_norm_names(architecture);
  names.attention_norm = names.feed_forward_norm = "";
  names.attention_output_norm = "layers.{}.post_attention_layernorm";
  names.feed_forward_output_norm = "layers.{}.post_feedforward_layernorm";
  return names;
}

TensorNames phi3_names(const Architecture&) {
  TensorNames names = llama_names();
  names.query = names.key = names.value = names.gate = names.up = "";
  names.query_key_value = "layers.{}.self_attn.qkv_proj";
  names.gate_up = "layers.{}.mlp.gate_up_proj";
  return names;
}

TensorNames stablelm_names(const Architecture& architecture) {
  TensorNames names = llama_names();
  if (architecture.shared_input_norm) names.feed_forward_norm = "";
  names.query_norm = "layers.{}.self_attn.q_layernorm.norms.{}";
  names.key_norm = "layers.{}.self_attn.k_layernorm.norms.{}";
  return names;
}

}  // namespace

Architecture read_llama_like(ConfigReader& config, const LlamaDefaults& defaults) {
  Architecture a;
  read_sizes(config, defaults, a);
  a.norm_epsilon = config.positive_or("rms_norm_eps", defaults.epsilon);
  a.activation = read_activation(config, "hidden_act", "silu");
  a.score_scale = 1 / std::sqrt(static_cast<double>(a.head_dim));
  a.tied_head = config.boolean_or("tie_word_embeddings", false);
  if (defaults.reads_ropes) {
    a.ropes = {read_rope(config, a.head_dim, a.maximum_positions, defaults.rope)};
  }
  return a;
}

void set_all_biases(Architecture& architecture, bool value) {
  architecture.query_key_value_bias = architecture.attention_output_bias = value;
  architecture.feed_forward_bias = value;
}

TensorNames llama_names() {
  TensorNames names;
  names.prefixes = {"model.", "", "model.language_model.", "language_model.model.", "transformer."};
  names.token_embedding = "embed_tokens";
  names.final_norm = "norm";
  names.head = "lm_head";
  names.attention_norm = "layers.{}.input_layernorm";
  names.feed_forward_norm = "layers.{}.post_attention_layernorm";
  names.query = "layers.{}.self_attn.q_proj";
  names.key = "layers.{}.self_attn.k_proj";
  names.value = "layers.{}.self_attn.v_proj";
  names.output = "layers.{}.self_attn.o_proj";
  names.gate = "layers.{}.mlp.gate_proj";
  names.up = "layers.{}.mlp.up_proj";
  names.down = "layers.{}.mlp.down_proj";
  return names;
}

std::vector<Family> llama_families() {
  return {{"llama", read_llama, plain_names},         {"mistral", read_mistral, plain_names},
          {"qwen2", read_qwen2, plain_names},         {"qwen3", read_qwen3, query_key_norm_names},
          {"smollm3", read_smollm3, plain_names},     {"granite", read_granite, plain_names},
          {"olmo2", read_olmo2, olmo2_names},         {"phi3", read_phi3, phi3_names},
          {"stablelm", read_stablelm, stablelm_names}};
}

}  // namespace phasescope::checkpoint
