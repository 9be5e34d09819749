#include "family.h"

#include <algorithm>

namespace phasescope::checkpoint {
namespace {

void check_experts(ConfigReader& config, const Experts& experts) {
  if (experts.used > experts.count) {
    config.fail("num_experts_per_tok", "found " + std::to_string(experts.used),
                "at most the number of experts, " + std::to_string(experts.count));
  }
}

Architecture read_qwen3_moe(ConfigReader& config) {
  Architecture a = read_llama_like(config, 1e-6, {}, 0, 4);
  config.boolean_or("attention_bias", false);
  a.query_key_norm = QueryKeyNorm::per_head;
  Experts experts;
  experts.count = config.extent_or(config.has("num_experts") ? "num_experts" : "num_local_experts", 128);
  experts.used = config.extent_or("num_experts_per_tok", 8);
  experts.intermediate = config.extent_or("moe_intermediate_size", 768);
  experts.renormalise = config.boolean_or("norm_topk_prob", false);
  check_experts(config, experts);
  a.experts = experts;
  std::optional<std::int64_t> window;
  const std::int64_t width = config.extent_or("sliding_window", 4096);
  if (config.boolean_or("use_sliding_window", false)) window = width;
  config.mark_read("max_window_layers");  // the reference implementation does not read it
  set_uniform_pattern(a, window);
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
  Architecture a = read_llama_like(config, 1e-5, {1e6, 1}, 0, 8);
  Experts experts;
  experts.count = config.extent_or(config.has("num_experts") ? "num_experts" : "num_local_experts", 8);
  experts.used = config.extent_or("num_experts_per_tok", 2);
  experts.intermediate = a.intermediate;
  experts.renormalise = true;
  check_experts(config, experts);
  a.experts = experts;
  std::optional<std::int64_t> window;
  if (config.has("sliding_window")) window = config.extent("sliding_window");
  set_uniform_pattern(a, window);
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
