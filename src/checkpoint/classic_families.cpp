#include "family.h"

#include <cmath>

namespace phasescope::checkpoint {
namespace {

void set_heads(ConfigReader& config, const std::string& key, Architecture& a) {
  a.heads = config.extent(key);
  if (a.hidden % a.heads != 0) {
    config.fail(key, "found " + std::to_string(a.heads),
                "a divisor of the hidden size " + std::to_string(a.hidden));
  }
  a.head_dim = a.hidden / a.heads;
  a.key_value_heads = a.heads;
  a.score_scale = 1 / std::sqrt(static_cast<double>(a.head_dim));
}

Architecture classic_base() {
  Architecture a;
  a.norm = NormKind::layer;
  a.gated = false;
  set_all_biases(a, true);
  return a;
}

Architecture read_gpt2(ConfigReader& config) {
  Architecture a = classic_base();
  a.blocks = config.block_count("n_layer");
  a.hidden = a.embedding_width = config.extent("n_embd");
  set_heads(config, "n_head", a);
  a.intermediate = config.extent_or("n_inner", 4 * a.hidden);
  a.vocabulary = config.extent("vocab_size");
  a.maximum_positions = config.extent_or("n_positions", 1024);
  a.norm_epsilon = config.positive_or("layer_norm_epsilon", 1e-5);
  a.activation = read_activation(config, "activation_function", "gelu_new");
  if (!config.boolean_or("scale_attn_weights", true)) a.score_scale = 1;
  a.score_scale_by_block = config.boolean_or("scale_attn_by_inverse_layer_idx", false);
  config.require("add_cross_attention", false);
  a.learned_positions = true;
  a.tied_head = config.boolean_or("tie_word_embeddings", true);
  set_uniform_pattern(a, std::nullopt);
  return a;
}

Architecture read_gpt_neox(ConfigReader& config) {
  Architecture a = classic_base();
  a.blocks = config.block_count("num_hidden_layers");
  a.hidden = a.embedding_width = config.extent("hidden_size");
  set_heads(config, "num_attention_heads", a);
  a.intermediate = config.extent("intermediate_size");
  a.vocabulary = config.extent("vocab_size");
  a.maximum_positions = config.extent_or("max_position_embeddings", 2048);
  a.norm_epsilon = config.positive_or("layer_norm_eps", 1e-5);
  a.activation = read_activation(config, "hidden_act", "gelu");
  a.query_key_value_bias = a.attention_output_bias = config.boolean_or("attention_bias", true);
  a.parallel_residual = config.boolean_or("use_parallel_residual", true);
  a.tied_head = config.boolean_or("tie_word_embeddings", false);
  const RopeDefaults defaults{config.positive_or("rotary_emb_base", 10000),
                              config.positive_or("rotary_pct", 0.25)};
  a.ropes = {read_rope(config, a.head_dim, a.maximum_positions, defaults)};
  set_uniform_pattern(a, std::nullopt);
  return a;
}

Architecture read_opt(ConfigReader& config) {
  Architecture a = classic_base();
  a.blocks = config.block_count("num_hidden_layers");
  a.hidden = config.extent("hidden_size");
  set_heads(config, "num_attention_heads", a);
  a.embedding_width = config.extent_or("word_embed_proj_dim", a.hidden);
  a.intermediate = config.extent("ffn_dim");
  a.vocabulary = config.extent("vocab_size");
  a.maximum_positions = config.extent_or("max_position_embeddings", 2048);
  a.norm_epsilon = 1e-5;
  a.activation = read_activation(config, "activation_function", "relu");
  set_all_biases(a, config.boolean_or("enable_bias", true));
  a.norm_weights = config.boolean_or("layer_norm_elementwise_affine", true);
  const bool norm_before = config.boolean_or("do_layer_norm_before", true);
  a.input_norms = norm_before;
  a.residual_norms = !norm_before;
  a.final_norm = norm_before && !config.boolean_or("_remove_final_layer_norm", false);
  a.learned_positions = true;
  a.position_offset = 2;
  a.tied_head = config.boolean_or("tie_word_embeddings", true);
  set_uniform_pattern(a, std::nullopt);
  return a;
}

Architecture read_phi(ConfigReader& config) {
  LlamaDefaults defaults;
  defaults.rope.rotated_share = 0.5;
  Architecture a = read_llama_like(config, defaults);
  set_all_biases(a, true);
  a.head_bias = true;
  a.norm = NormKind::layer;
  a.gated = false;
  a.norm_epsilon = config.positive_or("layer_norm_eps", 1e-5);
  a.activation = read_activation(config, "hidden_act", "gelu_new");
  a.parallel_residual = a.shared_input_norm = true;
  if (config.boolean_or("qk_layernorm", false)) a.query_key_norm = QueryKeyNorm::per_head;
  set_uniform_pattern(a, std::nullopt);
  return a;
}

Architecture read_falcon(ConfigReader& config) {
  Architecture a = classic_base();
  a.blocks = config.block_count(config.has("n_layer") ? "n_layer" : "num_hidden_layers");
  a.hidden = a.embedding_width = config.extent("hidden_size");
  set_heads(config, config.has("n_head") ? "n_head" : "num_attention_heads", a);
  a.intermediate = config.extent_or("ffn_hidden_size", 4 * a.hidden);
  a.vocabulary = config.extent("vocab_size");
  a.maximum_positions = config.extent_or("max_position_embeddings", 2048);
  a.norm_epsilon = config.positive_or("layer_norm_epsilon", 1e-5);
  a.activation = read_activation(config, "activation", "gelu");
  config.require("alibi", false);
  // Keys of published files that the reference implementation does not read.
  for (const char* key : {"apply_residual_connection_post_layernorm", "ff_factor"}) config.mark_read(key);
  set_all_biases(a, config.boolean_or("bias", false));
  const bool new_decoder = config.boolean_or("new_decoder_architecture", false);
  const bool multi_query = config.boolean_or("multi_query", true);
  const std::int64_t grouped =
      config.extent_or(config.has("n_head_kv") ? "n_head_kv" : "num_kv_heads", a.heads);
  a.key_value_heads = new_decoder ? grouped : (multi_query ? 1 : a.heads);
  const bool parallel = config.boolean_or("parallel_attn", true);
  a.parallel_residual = new_decoder || parallel;
  const std::int64_t norms = config.extent_or("num_ln_in_parallel_attn", new_decoder ? 2 : 1);
  a.shared_input_norm = a.parallel_residual && !(new_decoder && norms == 2);
  a.tied_head = config.boolean_or("tie_word_embeddings", true);
  a.ropes = {read_rope(config, a.head_dim, a.maximum_positions, {})};
  set_uniform_pattern(a, std::nullopt);
  return a;
}

TensorNames gpt2_names(const Architecture&) {
  TensorNames names;
  names.prefixes = {"transformer.", ""};
  names.token_embedding = "wte";
  names.position_embedding = "wpe";
  names.final_norm = "ln_f";
  names.head = "lm_head";
  names.attention_norm = "h.{}.ln_1";
  names.feed_forward_norm = "h.{}.ln_2";
  names.query_key_value = "h.{}.attn.c_attn";
  names.output = "h.{}.attn.c_proj";
  names.up = "h.{}.mlp.c_fc";
  names.down = "h.{}.mlp.c_proj";
  names.transposed = true;
  return names;
}

TensorNames gpt_neox_names(const Architecture&) {
  TensorNames names;
  names.prefixes = {"gpt_neox.", ""};
  names.token_embedding = "embed_in";
  names.final_norm = "final_layer_norm";
  names.head = "embed_out";
  names.attention_norm = "layers.{}.input_layernorm";
  names.feed_forward_norm = "layers.{}.post_attention_layernorm";
  names.query_key_value = "layers.{}.attention.query_key_value";
  names.fused_order = FusedOrder::by_group;
  names.output = "layers.{}.attention.dense";
  names.up = "layers.{}.mlp.dense_h_to_4h";
  names.down = "layers.{}.mlp.dense_4h_to_h";
  return names;
}

TensorNames opt_names(const Architecture& architecture) {
  TensorNames names;
  names.prefixes = {"model.decoder.", "decoder.", ""};
  names.token_embedding = "embed_tokens";
  names.position_embedding = "embed_positions";
  if (architecture.embedding_width != architecture.hidden) {
    names.project_in = "project_in";
    names.project_out = "project_out";
  }
  names.final_norm = "final_layer_norm";
  names.head = "lm_head";
  names.attention_norm = "layers.{}.self_attn_layer_norm";
  names.feed_forward_norm = "layers.{}.final_layer_norm";
  names.query = "layers.{}.self_attn.q_proj";
  names.key = "layers.{}.self_attn.k_proj";
  names.value = "layers.{}.self_attn.v_proj";
  names.output = "layers.{}.self_attn.out_proj";
  names.up = "layers.{}.fc1";
  names.down = "layers.{}.fc2";
  return names;
}

TensorNames phi_names(const Architecture&) {
  TensorNames names = llama_names();
  names.final_norm = "final_layernorm";
  names.feed_forward_norm = names.gate = "";
  names.output = "layers.{}.self_attn.dense";
  names.up = "layers.{}.mlp.fc1";
  names.down = "layers.{}.mlp.fc2";
  names.query_norm = "layers.{}.self_attn.q_layernorm";
  names.key_norm = "layers.{}.self_attn.k_layernorm";
  return names;
}

TensorNames falcon_names(const Architecture& architecture) {
  TensorNames names;
  names.prefixes = {"transformer.", ""};
  names.token_embedding = "word_embeddings";
  names.final_norm = "ln_f";
  names.head = "lm_head";
  const bool two_norms = architecture.parallel_residual && !architecture.shared_input_norm;
  names.attention_norm = two_norms ? "h.{}.ln_attn" : "h.{}.input_layernorm";
  if (two_norms) names.feed_forward_norm = "h.{}.ln_mlp";
  if (!architecture.parallel_residual) names.feed_forward_norm = "h.{}.post_attention_layernorm";
  names.query_key_value = "h.{}.self_attention.query_key_value";
  names.fused_order = FusedOrder::by_group;
  names.output = "h.{}.self_attention.dense";
  names.up = "h.{}.mlp.dense_h_to_4h";
  names.down = "h.{}.mlp.dense_4h_to_h";
  return names;
}

}  // namespace

std::vector<Family> classic_families() {
  return {{"gpt2", read_gpt2, gpt2_names},
          {"gpt_neox", read_gpt_neox, gpt_neox_names},
          {"opt", read_opt, opt_names},
          {"phi", read_phi, phi_names},
          {"falcon", read_falcon, falcon_names}};
}

}  // namespace phasescope::checkpoint
