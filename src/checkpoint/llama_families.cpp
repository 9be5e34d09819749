#include "family.h"

#include <cmath>

namespace phasescope::checkpoint {
namespace {

void read_sizes(ConfigReader& config, Architecture& a) {
  a.blocks = config.extent("num_hidden_layers");
  a.hidden = config.extent("hidden_size");
  a.heads = config.extent("num_attention_heads");
  a.key_value_heads = config.extent_or("num_key_value_heads", a.heads);
  a.intermediate = config.extent("intermediate_size");
  a.vocabulary = config.extent("vocab_size");
  a.embedding_width = a.hidden;
  if (!config.has("head_dim") && a.hidden % a.heads != 0) {
    config.fail("num_attention_heads", "does not divide hidden_size " + std::to_string(a.hidden));
  }
  a.head_dim = config.extent_or("head_dim", a.hidden / a.heads);
  if (a.heads % a.key_value_heads != 0) {
    config.fail("num_key_value_heads", "does not divide num_attention_heads " + std::to_string(a.heads));
  }
}

/// Bias flags only say which tensors exist; the names are looked up anyway.
void note_bias_flags(ConfigReader& config) {
  config.boolean_or("attention_bias", false);
  config.boolean_or("mlp_bias", false);
}

Architecture read_llama(ConfigReader& config) {
  Architecture a = read_llama_like(config, 1e-6, {});
  note_bias_flags(config);
  set_uniform_pattern(a, std::nullopt);
  return a;
}

Architecture read_mistral(ConfigReader& config) {
  const bool window_is_absent = !config.mentions("sliding_window");
  Architecture a = read_llama_like(config, 1e-6, {});
  const std::int64_t window = config.extent_or("sliding_window", 4096);
  const bool windowed = window_is_absent || config.has("sliding_window");  // null means none
  set_uniform_pattern(a, windowed ? std::optional(window) : std::nullopt);
  return a;
}

/// qwen2 and qwen3: the window, where it is in use, begins at block `max_window_layers`, unless `layer_types`
/// says otherwise.
void read_qwen_windows(ConfigReader& config, Architecture& a) {
  const bool in_use = config.boolean_or("use_sliding_window", false);
  const std::int64_t window = config.extent_or("sliding_window", 4096);
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
  Architecture a = read_llama_like(config, 1e-6, {});
  read_qwen_windows(config, a);
  return a;
}

Architecture read_qwen3(ConfigReader& config) {
  const bool has_head_dim = config.has("head_dim");
  Architecture a = read_llama_like(config, 1e-6, {}, has_head_dim ? 0 : 128);
  config.boolean_or("attention_bias", false);
  a.query_key_norm = QueryKeyNorm::per_head;
  read_qwen_windows(config, a);
  return a;
}

Architecture read_smollm3(ConfigReader& config) {
  Architecture a = read_llama_like(config, 1e-6, {2e6, 1}, 0, 4);
  note_bias_flags(config);
  a.tied_head = config.boolean_or("tie_word_embeddings", true);
  set_uniform_pattern(a, std::nullopt);
  const std::int64_t interval = config.extent_or("no_rope_layer_interval", 4);
  std::vector<std::int64_t> rotated;
  if (config.has("no_rope_layers")) rotated = config.integers("no_rope_layers");
  if (!rotated.empty() && static_cast<std::int64_t>(rotated.size()) != a.blocks) {
    config.fail("no_rope_layers", "has " + std::to_string(rotated.size()) + " entries",
                std::to_string(a.blocks));
  }
  const bool windows = config.boolean_or("use_sliding_window", false) && config.has("sliding_window");
  const bool listed = config.has("layer_types");
  const std::vector<bool> sliding = read_sliding_layers(config, a.blocks);
  for (std::int64_t b = 0; b < a.blocks; ++b) {
    const auto i = static_cast<std::size_t>(b);
    const bool rope = rotated.empty() ? (b + 1) % interval != 0 : rotated[i] != 0;
    a.pattern[i].rope = rope ? 0 : -1;
    if (windows && (listed ? sliding[i] : !rope)) a.pattern[i].window = config.extent("sliding_window");
  }
  return a;
}

Architecture read_granite(ConfigReader& config) {
  Architecture a = read_llama_like(config, 1e-6, {});
  note_bias_flags(config);
  a.embedding_scale = config.positive_or("embedding_multiplier", 1);
  a.residual_scale = config.positive_or("residual_multiplier", 1);
  a.score_scale = config.positive_or("attention_multiplier", 1);
  a.logit_scale = 1 / config.positive_or("logits_scaling", 1);
  set_uniform_pattern(a, std::nullopt);
  return a;
}

Architecture read_olmo2(ConfigReader& config) {
  Architecture a = read_llama_like(config, 1e-5, {});
  config.boolean_or("attention_bias", false);
  a.input_norms = false;
  a.output_norms = true;
  a.query_key_norm = QueryKeyNorm::all_heads;
  set_uniform_pattern(a, std::nullopt);
  return a;
}

Architecture read_phi3(ConfigReader& config) {
  Architecture a = read_llama_like(config, 1e-5, {});
  std::optional<std::int64_t> window;
  if (config.has("sliding_window")) window = config.extent("sliding_window");
  set_uniform_pattern(a, window);
  return a;
}

Architecture read_stablelm(ConfigReader& config) {
  Architecture a = read_llama_like(config, 1e-5, {10000, 0.25});
  a.norm = NormKind::layer;
  a.norm_epsilon = config.positive_or("layer_norm_eps", 1e-5);
  config.boolean_or("use_qkv_bias", false);
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

Architecture read_llama_like(ConfigReader& config, double epsilon, const RopeDefaults& rope,
                             std::int64_t default_head_dim, std::int64_t default_key_value_heads) {
  Architecture a;
  read_sizes(config, a);
  if (default_head_dim > 0) a.head_dim = default_head_dim;
  if (default_key_value_heads > 0 && !config.mentions("num_key_value_heads"))
    a.key_value_heads = default_key_value_heads;
  a.maximum_positions = config.extent_or("max_position_embeddings", 2048);
  a.norm_epsilon = config.positive_or("rms_norm_eps", epsilon);
  a.activation = read_activation(config, "hidden_act", "silu");
  a.score_scale = 1 / std::sqrt(static_cast<double>(a.head_dim));
  a.tied_head = config.boolean_or("tie_word_embeddings", false);
  a.ropes = {read_rope(config, a.head_dim, a.maximum_positions, rope)};
  return a;
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
