#include "gguf_architecture.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <utility>

#include "phasescope/base/error.h"
#include "phasescope/checkpoint/checkpoint.h"
#include "phasescope/formats/csv.h"

namespace phasescope::checkpoint {
namespace {

using formats::GgufFile;

constexpr std::int64_t kLargestExtent = 1 << 30;
constexpr std::int64_t kMostBlocks = 10'000;

/// Keys that say nothing of what is computed, or that follow from the tensors.
constexpr std::array kHarmless = {"vocab_size", "tensor_data_layout", "rope.scaling.finetuned",
                                  "expert_used_count", "pooling_type"};

/// Metadata of one architecture: keys carry its name as prefix. Remembers which were read, so that a key
/// nobody understood can be refused instead of ignored.
class Metadata {
 public:
  Metadata(const GgufFile& file, std::string architecture)
      : file_(file), prefix_(std::move(architecture) + ".") {}

  const GgufFile& file() const { return file_; }
  bool has(const std::string& key) const { return file_.has(full(key)); }
  std::int64_t extent(const std::string& key) const { return file_.integer(full(key), 1, kLargestExtent); }
  std::int64_t extent_or(const std::string& key, std::int64_t fallback) const {
    return file_.integer_or(full(key), fallback, 1, kLargestExtent);
  }
  /// 0 stands for none.
  std::int64_t count_or_none(const std::string& key) const {
    return file_.integer_or(full(key), 0, 0, kLargestExtent);
  }
  std::int64_t block_count() const { return file_.integer(full("block_count"), 1, kMostBlocks); }
  double number_or(const std::string& key, double fallback) const {
    return file_.number_or(full(key), fallback);
  }
  double positive_or(const std::string& key, double fallback) const {
    const double value = number_or(key, fallback);
    if (!(value > 0)) fail(key, "found " + std::to_string(value), "a positive number");
    return value;
  }
  std::string text_or(const std::string& key, const std::string& fallback) const {
    return file_.text_or(full(key), fallback);
  }
  /// For switches and numbers of which only one value is implemented.
  void require(const std::string& key, double only_value) const {
    if (!has(key)) return;
    const double value =
        is_boolean(key) ? static_cast<double>(file_.boolean(full(key))) : number_or(key, only_value);
    if (value != only_value)
      fail(key, "found " + formats::shortest_text(value) + ", which is not implemented",
           formats::shortest_text(only_value));
  }
  bool is_array(const std::string& key) const { return file_.is_array(full(key)); }
  bool is_boolean(const std::string& key) const {
    const auto named = [&](const formats::GgufMetadata& entry) { return entry.key == prefix_ + key; };
    const auto found = std::find_if(file_.metadata().begin(), file_.metadata().end(), named);
    return found != file_.metadata().end() && found->type == formats::GgufValueType::boolean;
  }
  std::vector<bool> booleans(const std::string& key) const { return file_.booleans(full(key)); }
  [[noreturn]] void fail(const std::string& key, const std::string& reason,
                         const std::string& expected = {}) const {
    file_.fail(prefix_ + key, reason, expected);
  }
  void refuse_unread() const {
    for (const formats::GgufMetadata& entry : file_.metadata()) {
      if (entry.key.rfind(prefix_, 0) != 0) continue;
      const std::string key = entry.key.substr(prefix_.size());
      if (read_.count(key) != 0 || std::find(kHarmless.begin(), kHarmless.end(), key) != kHarmless.end())
        continue;
      fail(key, "is not understood for this architecture and may change what it computes");
    }
  }

 private:
  std::string full(const std::string& key) const {
    read_.insert(key);
    return prefix_ + key;
  }

  const GgufFile& file_;
  std::string prefix_;
  mutable std::set<std::string> read_;
};

void read_sizes(const Metadata& m, Architecture& a) {
  a.blocks = m.block_count();
  a.hidden = a.embedding_width = m.extent("embedding_length");
  a.heads = m.extent("attention.head_count");
  a.key_value_heads = m.extent_or("attention.head_count_kv", a.heads);
  if (a.heads % a.key_value_heads != 0) {
    m.fail("attention.head_count_kv", "found " + std::to_string(a.key_value_heads),
           "a divisor of head_count " + std::to_string(a.heads));
  }
  if (!m.has("attention.key_length") && a.hidden % a.heads != 0) {
    m.fail("attention.head_count", "found " + std::to_string(a.heads),
           "a divisor of embedding_length " + std::to_string(a.hidden));
  }
  a.head_dim = m.extent_or("attention.key_length", a.hidden / a.heads);
  const std::int64_t value_length = m.extent_or("attention.value_length", a.head_dim);
  if (value_length != a.head_dim) {
    m.fail("attention.value_length", "found " + std::to_string(value_length),
           "the key length " + std::to_string(a.head_dim));
  }
  m.require("attention.causal", 1);
  a.intermediate = m.extent("feed_forward_length");
  a.maximum_positions = m.extent_or("context_length", 2048);
  a.norm_epsilon = m.positive_or("attention.layer_norm_rms_epsilon", 1e-6);
  a.score_scale = 1 / std::sqrt(static_cast<double>(a.head_dim));
  const formats::GgufTensor& embedding = m.file().tensor("token_embd.weight");
  a.vocabulary = embedding.shape.front();
}

std::vector<double> frequency_factors(const GgufFile& file, const std::string& tensor_name,
                                      std::int64_t count) {
  const formats::GgufTensor& tensor = file.tensor(tensor_name);
  if (tensor.elements != count) {
    file.fail(tensor_name, "has " + std::to_string(tensor.elements) + " entries", std::to_string(count));
  }
  std::vector<float> factors(static_cast<std::size_t>(count));
  formats::dequantize(tensor.type, file.data(tensor), count, factors.data());
  return {factors.begin(), factors.end()};
}

/// llama.cpp stores what the scaling does to each frequency as a tensor of divisors.
void read_frequency_tensors(const Metadata& m, Rope& rope) {
  if (m.file().find("rope_freqs.weight") != nullptr) {
    rope.type = RopeType::longrope;
    rope.short_factors = rope.long_factors =
        frequency_factors(m.file(), "rope_freqs.weight", rope.dimensions / 2);
    rope.attention_factor = 1;
  } else if (m.file().find("rope_factors_long.weight") != nullptr) {
    rope.type = RopeType::longrope;
    rope.short_factors = frequency_factors(m.file(), "rope_factors_short.weight", rope.dimensions / 2);
    rope.long_factors = frequency_factors(m.file(), "rope_factors_long.weight", rope.dimensions / 2);
    rope.factor =
        static_cast<double>(rope.maximum_positions) / static_cast<double>(rope.original_maximum_positions);
    if (m.has("rope.scaling.attn_factor"))
      rope.attention_factor = m.positive_or("rope.scaling.attn_factor", 1);
  }
}

/// The scaling's factor under its present or its early name; 1 where there is none.
double scaling_factor(const Metadata& m) {
  const char* key = m.has("rope.scaling.factor") ? "rope.scaling.factor" : "rope.scale_linear";
  const double factor = m.number_or(key, 1);
  return factor == 0 ? 1 : m.positive_or(key, 1);
}

/// A factor without a type is linear, as in llama.cpp.
void read_scaling(const Metadata& m, Rope& rope) {
  const double factor = scaling_factor(m);
  const std::string type = m.text_or("rope.scaling.type", factor == 1 ? "none" : "linear");
  if (type == "linear" || type == "yarn") {
    rope.type = type == "linear" ? RopeType::linear : RopeType::yarn;
    rope.factor = factor;
    rope.beta_fast = m.positive_or("rope.scaling.yarn_beta_fast", 32);
    rope.beta_slow = m.positive_or("rope.scaling.yarn_beta_slow", 1);
    for (const char* key :
         {"rope.scaling.attn_factor", "rope.scaling.yarn_ext_factor", "rope.scaling.yarn_attn_factor"})
      m.require(key, 1);
    m.require("rope.scaling.yarn_log_multiplier", 0);
  } else if (type != "none" && type != "longrope") {
    m.fail("rope.scaling.type", "found \"" + type + "\"", "none, linear, yarn or longrope");
  }
}

Rope read_rope(const Metadata& m, const Architecture& a) {
  Rope rope;
  rope.theta = m.positive_or("rope.freq_base", 10000);
  rope.dimensions = m.extent_or("rope.dimension_count", a.head_dim);
  if (rope.dimensions % 2 != 0 || rope.dimensions > a.head_dim) {
    m.fail("rope.dimension_count", "found " + std::to_string(rope.dimensions),
           "an even number up to " + std::to_string(a.head_dim));
  }
  rope.maximum_positions = a.maximum_positions;
  rope.original_maximum_positions = m.extent_or("rope.scaling.original_context_length", a.maximum_positions);
  read_scaling(m, rope);
  read_frequency_tensors(m, rope);
  return rope;
}

/// Which blocks have a window: listed, or all but each `every`-th.
std::vector<bool> windowed_blocks(const Metadata& m, const Architecture& a, std::int64_t every) {
  const std::string key = "attention.sliding_window_pattern";
  const auto blocks = static_cast<std::size_t>(a.blocks);
  if (m.has(key) && m.is_array(key)) {
    std::vector<bool> listed = m.booleans(key);
    if (listed.size() != blocks)
      m.fail(key, "has " + std::to_string(listed.size()) + " entries", std::to_string(blocks));
    return listed;
  }
  every = m.extent_or(key, every);
  std::vector<bool> windowed(blocks);
  for (std::size_t b = 0; b < blocks; ++b) windowed[b] = (static_cast<std::int64_t>(b) + 1) % every != 0;
  return windowed;
}

/// No window at all where the file names none.
void set_windows(const Metadata& m, Architecture& a, std::int64_t every, std::int64_t window) {
  set_uniform_pattern(a, std::nullopt);
  const std::vector<bool> windowed = windowed_blocks(m, a, every);
  for (std::size_t b = 0; window > 0 && b < a.pattern.size(); ++b) {
    if (windowed[b]) a.pattern[b].window = window;
  }
}

/// llama.cpp's converter writes no windows for these.
void finish_plain(const Metadata& m, Architecture& a) {
  m.require("attention.sliding_window", 0);
  set_uniform_pattern(a, std::nullopt);
}

void finish_qwen2(const Metadata& m, Architecture& a) {
  finish_plain(m, a);
  a.query_key_value_bias = true;
}

void finish_qwen3(const Metadata& m, Architecture& a) {
  finish_plain(m, a);
  a.query_key_norm = QueryKeyNorm::per_head;
}

/// The converter has already added the 1 of gemma's (1 + w) to the norm weights.
void set_gemma(Architecture& a) {
  a.norm = NormKind::rms;
  a.activation = Activation::gelu_tanh;
  a.embedding_scale = std::sqrt(static_cast<double>(a.hidden));
}

void finish_gemma(const Metadata& m, Architecture& a) {
  finish_plain(m, a);
  set_gemma(a);
}

/// The 27B models alone scale queries by hidden / heads, a whole number; the file does not say so, its depth
/// does (as in llama.cpp).
void set_gemma_score_scale(std::int64_t blocks_of_27b, Architecture& a) {
  if (a.blocks != blocks_of_27b) return;
  const std::int64_t channels = a.hidden / a.heads;
  a.score_scale = 1 / std::sqrt(static_cast<double>(channels));
}

void finish_gemma2(const Metadata& m, Architecture& a) {
  set_gemma(a);
  a.output_norms = true;
  a.score_softcap = m.positive_or("attn_logit_softcapping", 50);
  a.logit_softcap = m.positive_or("final_logit_softcapping", 30);
  set_gemma_score_scale(46, a);
  set_windows(m, a, 2, m.extent_or("attention.sliding_window", 4096));
}

void finish_gemma3(const Metadata& m, Architecture& a) {
  set_gemma(a);
  a.output_norms = true;
  a.query_key_norm = QueryKeyNorm::per_head;
  set_gemma_score_scale(62, a);
  const double softcap = m.number_or("final_logit_softcapping", 0);
  if (softcap != 0) a.logit_softcap = m.positive_or("final_logit_softcapping", 0);
  Rope local;
  local.theta = m.positive_or("rope.freq_base_swa", 10000);
  local.dimensions = a.head_dim;
  a.ropes.push_back(local);
  set_windows(m, a, 6, m.count_or_none("attention.sliding_window"));
  for (BlockPattern& block : a.pattern) block.rope = block.window ? 1 : 0;
}

void finish_phi3(const Metadata& m, Architecture& a) {
  const std::int64_t window = m.count_or_none("attention.sliding_window");
  set_uniform_pattern(a, window > 0 ? std::optional(window) : std::nullopt);
}

struct GgufFamily {
  const char* architecture;  ///< general.architecture
  const char* family;        ///< phasescope's name
  void (*finish)(const Metadata& metadata, Architecture& architecture);
};

constexpr std::array<GgufFamily, 7> kFamilies = {{{"llama", "llama", finish_plain},
                                                  {"qwen2", "qwen2", finish_qwen2},
                                                  {"qwen3", "qwen3", finish_qwen3},
                                                  {"gemma", "gemma", finish_gemma},
                                                  {"gemma2", "gemma2", finish_gemma2},
                                                  {"gemma3", "gemma3_text", finish_gemma3},
                                                  {"phi3", "phi3", finish_phi3}}};

/// The metadata is silent on biases: the first block tells, unless the family always has them.
void read_biases(const GgufFile& file, Architecture& a) {
  const auto has = [&](const char* name) { return file.find(std::string("blk.0.") + name) != nullptr; };
  a.query_key_value_bias = has("attn_q.bias") || has("attn_qkv.bias");
  a.attention_output_bias = has("attn_output.bias");
  a.feed_forward_bias = has("ffn_down.bias");
}

void read_end_tokens(const GgufFile& file, Architecture& a) {
  for (const char* key :
       {"tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id", "tokenizer.ggml.eom_token_id"}) {
    if (file.has(key)) a.end_tokens.push_back(file.integer(key, 0, a.vocabulary - 1));
  }
}

}  // namespace

Architecture read_gguf_architecture(const GgufFile& file) {
  const std::string name = file.text("general.architecture");
  for (const GgufFamily& family : kFamilies) {
    if (name != family.architecture) continue;
    const Metadata metadata(file, name);
    Architecture a;
    a.family = family.family;
    read_sizes(metadata, a);
    if (metadata.count_or_none("expert_count") > 1) {
      metadata.fail("expert_count", "mixtures of experts are not supported in GGUF files");
    }
    a.tied_head = file.find("output.weight") == nullptr;
    a.ropes = {read_rope(metadata, a)};
    read_biases(file, a);
    family.finish(metadata, a);
    read_end_tokens(file, a);
    metadata.refuse_unread();
    return a;
  }
  std::string known;
  for (const GgufFamily& family : kFamilies) known += std::string(" ") + family.architecture;
  file.fail("general.architecture", "\"" + name + "\" is not supported", "one of" + known);
}

std::vector<std::string> gguf_family_names() {
  std::vector<std::string> names;
  names.reserve(kFamilies.size());
  for (const GgufFamily& family : kFamilies) names.emplace_back(family.family);
  return names;
}

TensorNames gguf_names(const Architecture& a) {
  TensorNames names;
  names.prefixes = {""};
  names.token_embedding = "token_embd";
  names.final_norm = "output_norm";
  names.head = "output";
  names.attention_norm = "blk.{}.attn_norm";
  names.feed_forward_norm = "blk.{}.ffn_norm";
  if (a.output_norms) {
    names.attention_output_norm = "blk.{}.post_attention_norm";
    names.feed_forward_output_norm = "blk.{}.post_ffw_norm";
  }
  names.query_norm = "blk.{}.attn_q_norm";
  names.key_norm = "blk.{}.attn_k_norm";
  names.query = "blk.{}.attn_q";
  names.key = "blk.{}.attn_k";
  names.value = "blk.{}.attn_v";
  names.output = "blk.{}.attn_output";
  names.gate = "blk.{}.ffn_gate";
  names.up = "blk.{}.ffn_up";
  names.down = "blk.{}.ffn_down";
  names.rotary_interleaved = a.family == "llama";
  if (a.family == "phi3") {
    names.query_key_value = "blk.{}.attn_qkv";
    names.gate_up = "blk.{}.ffn_up";
  }
  return names;
}

}  // namespace phasescope::checkpoint
