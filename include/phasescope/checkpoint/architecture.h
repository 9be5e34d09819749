#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace phasescope::checkpoint {

/// What a transformer of one of the supported families computes, as data. One generic block reads it; nothing
/// here depends on where the numbers came from (config.json or GGUF metadata).

enum class NormKind {
  rms,              ///< x / rms(x) * w
  rms_unit_offset,  ///< x / rms(x) * (1 + w)
  layer,            ///< (x - mean) / sd * w + b
};

enum class Activation { silu, gelu_tanh, gelu_erf, relu };

/// Normalisation of queries and keys before the rotation.
enum class QueryKeyNorm {
  none,
  per_head,   ///< one weight [head_dim] shared by the heads
  all_heads,  ///< one weight [heads * head_dim], over all heads together
  each_head,  ///< a weight [head_dim] of its own for every head
};

enum class RopeType { plain, linear, dynamic, yarn, longrope, llama3 };

/// Rotary position embedding, one set of frequencies. Meaning of the fields as in the configuration keys of
/// the same name.
struct Rope {
  RopeType type = RopeType::plain;
  double theta = 10000;
  std::int64_t dimensions = 0;  ///< rotated channels of each head, even; the rest pass unchanged
  double factor = 1;
  double low_frequency_factor = 1;   ///< llama3
  double high_frequency_factor = 4;  ///< llama3
  double beta_fast = 32;             ///< yarn
  double beta_slow = 1;              ///< yarn
  bool truncate = true;              ///< yarn: whole-number correction range
  std::optional<double> attention_factor;
  double mscale = 0;          ///< yarn, 0: absent
  double mscale_all_dim = 0;  ///< yarn, 0: absent
  std::int64_t maximum_positions = 2048;
  std::int64_t original_maximum_positions = 2048;
  std::vector<double> short_factors;  ///< longrope, dimensions / 2 entries
  std::vector<double> long_factors;
};

/// What may differ from block to block.
struct BlockPattern {
  std::optional<std::int64_t>
      window;            ///< attention sees the last `window` positions, the token itself included
  int rope = 0;          ///< index into Architecture::ropes, -1: no rotation
  bool experts = false;  ///< mixture of experts instead of the dense feed-forward
};

struct Experts {
  std::int64_t count = 0;
  std::int64_t used = 0;  ///< top-k per token
  std::int64_t intermediate = 0;
  bool renormalise = false;  ///< router weights of the chosen experts are brought to sum 1
};

struct Architecture {
  std::string family;
  std::int64_t blocks = 0;
  std::int64_t hidden = 0;
  std::int64_t heads = 0;
  std::int64_t key_value_heads = 0;
  std::int64_t head_dim = 0;
  std::int64_t intermediate = 0;
  std::int64_t vocabulary = 0;
  std::int64_t maximum_positions = 0;

  NormKind norm = NormKind::rms;
  double norm_epsilon = 1e-5;
  bool norm_weights = true;     ///< false: norms neither scale nor shift
  bool input_norms = true;      ///< norm of what attention and feed-forward read
  bool output_norms = false;    ///< norm of what attention and feed-forward return, before the residual sum
  bool residual_norms = false;  ///< norm after the residual sum (the original post-norm order)
  bool parallel_residual = false;  ///< x + attention(norm x) + feed_forward(norm x)
  bool shared_input_norm = false;  ///< in a parallel block: one norm feeds both
  bool final_norm = true;

  /// Which linear maps add a bias; the file must hold those and others are ignored.
  bool query_key_value_bias = false;
  bool attention_output_bias = false;
  bool feed_forward_bias = false;
  bool head_bias = false;

  double score_scale = 0;               ///< multiplies q.k; head_dim^-1/2 unless the family says otherwise
  bool score_scale_by_block = false;    ///< scores also divided by (block + 1)
  std::optional<double> score_softcap;  ///< c tanh(score / c), before the mask
  QueryKeyNorm query_key_norm = QueryKeyNorm::none;

  std::vector<Rope> ropes;  ///< empty: no rotary embedding
  bool learned_positions = false;
  std::int64_t position_offset = 0;  ///< row of the position table that position 0 reads

  Activation activation = Activation::silu;
  bool gated = true;  ///< down(activation(gate x) * up x), else down(activation(up x))
  std::optional<Experts> experts;

  double embedding_scale = 1;
  std::int64_t embedding_width =
      0;                      ///< width of the token embeddings; differs from hidden where they are projected
  double residual_scale = 1;  ///< multiplies what attention and feed-forward add
  bool tied_head = false;
  std::optional<double> logit_softcap;
  double logit_scale = 1;  ///< multiplies the logits

  /// Standard deviation that the family's weights are drawn with before training; what GGUF does not say.
  double initializer_range = 0.02;

  std::vector<BlockPattern> pattern;     ///< one a block
  std::vector<std::int64_t> end_tokens;  ///< generation stops at any of these

  std::int64_t points() const { return blocks + 1; }
  std::int64_t query_width() const { return heads * head_dim; }
  std::int64_t key_value_width() const { return key_value_heads * head_dim; }
};

}  // namespace phasescope::checkpoint
