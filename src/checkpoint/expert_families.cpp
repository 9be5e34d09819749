#include "family.h"

#include <algorithm>

namespace phasescope::checkpoint {
namespace {

/// Two names for the same number.
std::int64_t read_expert_count(ConfigReader& config, std::int64_t fallback) {
  return config.extent_or("num_local_experts", config.extent_or("num_experts", fallback));
}

void check_experts(ConfigReader& config, const Experts& experts) {
  if (experts.used > experts.count) {
    config.fail("num_experts_per_tok", "found " + std::to_string(experts.used),
                "at most the number of experts, " + std::to_string(experts.count));
  }
}

Architecture read_qwen3_moe(ConfigReader& config) {
  LlamaDefaults defaults;
  defaults.key_value_heads = 4;
  defaults.maximum_positions = 32768;
  Architecture a = read_llama_like(config, defaults);
  a.query_key_value_bias = a.attention_output_bias = config.boolean_or("attention_bias", false);
  a.query_key_norm = QueryKeyNorm::per_head;
  Experts experts;
  experts.count = read_expert_count(config, 128);
  experts.used = config.extent_or("num_experts_per_tok", 8);
  experts.intermediate = config.extent_or("moe_intermediate_size", 768);
  experts.renormalise = config.boolean_or("norm_topk_prob", false);
  check_experts(config, experts);
  a.experts = experts;
  const std::optional<std::int64_t> window = config.window("sliding_window", 4096);
  const bool in_use = config.boolean_or("use_sliding_window", false);
  config.mark_read("max_window_layers");  // the reference implementation does not read it
  set_uniform_pattern(a, in_use ? window : std::nullopt);
  const std::int64_t step = config.extent_or("decoder_sparse_step", 1);
  std::vector<std::int64_t> dense;
  if (config.has("mlp_only_layers")) dense = config.integers("mlp_only_layers");
  for (std::int64_t b = 0; b < a.blocks; ++b) {
    const bool listed_dense = std::find(dense.begin(), dense.end(), b) != dense.end();
    a.pattern[static_cast<std::size_t>(b)].experts = !listed_dense && (b + 1) % step == 0;
  }
  return a;
}

Architecture read_mixtral(ConfigReader& config) {
  LlamaDefaults defaults;
  defaults.epsilon = 1e-5;
  defaults.key_value_heads = 8;
  defaults.maximum_positions = 131072;
  defaults.rope.theta = 1e6;
  Architecture a = read_llama_like(config, defaults);
  Experts experts;
  experts.count = read_expert_count(config, 8);
  experts.used = config.extent_or("num_experts_per_tok", 2);
  experts.intermediate = a.intermediate;
  experts.renormalise = true;
  check_experts(config, experts);
  a.experts = experts;
  set_uniform_pattern(a, config.window("sliding_window", std::nullopt));
  for (BlockPattern& block : a.pattern) block.experts = true;
  return a;
}

TensorNames qwen3_moe_names(const Architecture&) {
  TensorNames names = llama_names();
  names.query_norm = "layers.{}.self_attn.q_norm";
  names.key_norm = "layers.{}.self_attn.k_norm";
  names.router = "layers.{}.mlp.gate";
  names.expert_gate = "layers.{}.mlp.experts.{}.gate_proj";
  names.expert_up = "layers.{}.mlp.experts.{}.up_proj";
  names.expert_down = "layers.{}.mlp.experts.{}.down_proj";
  return names;
}

TensorNames mixtral_names(const Architecture&) {
  TensorNames names = llama_names();
  names.router = "layers.{}.block_sparse_moe.gate";
  names.expert_gate = "layers.{}.block_sparse_moe.experts.{}.w1";
  names.expert_up = "layers.{}.block_sparse_moe.experts.{}.w3";
  names.expert_down = "layers.{}.block_sparse_moe.experts.{}.w2";
  return names;
}

}  // namespace

std::vector<Family> expert_families() {
  return {{"qwen3_moe", read_qwen3_moe, qwen3_moe_names}, {"mixtral", read_mixtral, mixtral_names}};
}

}  // namespace phasescope::checkpoint
