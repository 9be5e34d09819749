#pragma once

#include "config_reader.h"
#include "rope_config.h"

#include <string>
#include <vector>

#include "phasescope/checkpoint/architecture.h"

namespace phasescope::checkpoint {

/// How a fused query-key-value matrix orders its rows.
enum class FusedOrder {
  concatenated,  ///< all queries, all keys, all values
  by_group,      ///< for each key-value head: its queries, its key, its value
};

/// Where a family keeps its weights. Names leave out ".weight" and ".bias"; "{}" stands for the number of the
/// block or expert. An empty name: the family has no such weight under that name.
struct TensorNames {
  std::vector<std::string> prefixes;  ///< tried in turn before every name but the head's
  std::string token_embedding, position_embedding, project_in, project_out, final_norm, head;

  std::string attention_norm, attention_output_norm, feed_forward_norm, feed_forward_output_norm;
  std::string query_norm, key_norm;
  std::string query, key, value, output;
  std::string query_key_value;
  FusedOrder fused_order = FusedOrder::concatenated;
  std::string gate, up, down, gate_up;
  std::string router, expert_gate, expert_up,
      expert_down;          ///< two places in the experts' names: block, expert
  bool transposed = false;  ///< block matrices are stored [in, out]
  bool rotary_interleaved =
      false;  ///< query and key rows of each head are stored pairwise (GGUF of the llama family)
};

/// One family: how its configuration reads and where its weights are.
struct Family {
  std::string name;  ///< `model_type` of config.json
  Architecture (*read)(ConfigReader& config);
  TensorNames (*names)(const Architecture& architecture);
};

/// All families, in the order in which they are listed to users.
const std::vector<Family>& families();

/// nullptr when there is none of that name.
const Family* find_family(const std::string& name);

// The families by kinship, one source file each.
std::vector<Family>
llama_families();  ///< llama, mistral, qwen2, qwen3, smollm3, granite, olmo2, phi3, stablelm
std::vector<Family> gemma_families();    ///< gemma, gemma2, gemma3_text
std::vector<Family> expert_families();   ///< qwen3_moe, mixtral
std::vector<Family> classic_families();  ///< gpt2, gpt_neox, opt, phi, falcon

/// What a llama-like family assumes where config.json is silent.
struct LlamaDefaults {
  double epsilon = 1e-6;
  std::int64_t maximum_positions = 2048;
  std::int64_t heads = 0;            ///< 0: required
  std::int64_t key_value_heads = 0;  ///< 0: as many as heads, which is also what null means
  std::int64_t head_dim = 0;         ///< 0: hidden / heads, which is also what null means
  std::int64_t vocabulary = 0;       ///< 0: required
  RopeDefaults rope = {};
  bool reads_ropes = true;  ///< false: the family reads its rotary settings itself
};

/// What the llama-like families share: sizes, RMSNorm, rotary, gated feed-forward.
Architecture read_llama_like(ConfigReader& config, const LlamaDefaults& defaults);
void set_all_biases(Architecture& architecture, bool value);
TensorNames llama_names();
Activation read_activation(ConfigReader& config, const std::string& key, const std::string& fallback);
/// Every block alike: one window, rope 0.
void set_uniform_pattern(Architecture& architecture, std::optional<std::int64_t> window);
/// `layer_types` of newer files: "sliding_attention" and "full_attention", one a block.
std::vector<bool> read_sliding_layers(ConfigReader& config, std::int64_t blocks);

}  // namespace phasescope::checkpoint
