#include "weight_collector.h"

#include <cstring>
#include <numeric>
#include <utility>

#include "phasescope/base/error.h"

namespace phasescope::checkpoint {
namespace {

std::string with_number(const std::string& name, std::int64_t number) {
  const auto place = name.find("{}");
  return place == std::string::npos ? name
                                    : name.substr(0, place) + std::to_string(number) + name.substr(place + 2);
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  return text + "]";
}

/// Rows of a matrix, chosen by number.
LinearWeights select(const LinearWeights& all, const std::vector<std::int64_t>& rows) {
  LinearWeights part = all;
  part.matrix.row_of = rows;
  if (part.bias) part.bias.row_of = rows;
  return part;
}

std::vector<std::int64_t> range(std::int64_t first, std::int64_t count) {
  std::vector<std::int64_t> rows(static_cast<std::size_t>(count));
  std::iota(rows.begin(), rows.end(), first);
  return rows;
}

struct FusedRows {
  std::vector<std::int64_t> query, key, value;
};

FusedRows fused_rows(const Architecture& a, FusedOrder order) {
  if (order == FusedOrder::concatenated) {
    return {range(0, a.query_width()), range(a.query_width(), a.key_value_width()),
            range(a.query_width() + a.key_value_width(), a.key_value_width())};
  }
  FusedRows rows;
  const auto append = [&](std::vector<std::int64_t>& to, std::int64_t first, std::int64_t heads) {
    for (const std::int64_t row : range(first, heads * a.head_dim)) to.push_back(row);
  };
  const std::int64_t queries = a.heads / a.key_value_heads;
  for (std::int64_t group = 0; group < a.key_value_heads; ++group) {
    const std::int64_t first = group * (queries + 2) * a.head_dim;
    append(rows.query, first, queries);
    append(rows.key, first + queries * a.head_dim, 1);
    append(rows.value, first + (queries + 1) * a.head_dim, 1);
  }
  return rows;
}

/// GGUF stores the rows of each head of the llama family as (0, half, 1, half + 1, ...); the model wants 0,
/// 1, 2, ...
std::vector<std::int64_t> deinterleaved_rows(std::int64_t heads, std::int64_t head_dim) {
  std::vector<std::int64_t> rows;
  for (std::int64_t head = 0; head < heads; ++head) {
    for (std::int64_t i = 0; i < head_dim; ++i) {
      const std::int64_t half = head_dim / 2;
      rows.push_back(head * head_dim + (i < half ? 2 * i : 2 * (i - half) + 1));
    }
  }
  return rows;
}

bool same_bytes(const Weight& a, const Weight& b) {
  if (!a || !b) return false;
  return a.type == b.type && (a.data == b.data || std::memcmp(a.data, b.data, a.stored_bytes()) == 0);
}

}  // namespace

Weight WeightCollector::report(const WeightProblem& problem) const {
  if (problems_ == nullptr) throw_input_error(problem.file, problem.tensor, problem.reason, problem.expected);
  problems_->push_back(problem);
  return {};
}

Weight WeightCollector::missing(const std::string& name) const {
  const std::filesystem::path& first = store_.files().front();
  const std::filesystem::path place = store_.files().size() == 1 ? first : first.parent_path();
  return report({place.string(), name, true, "missing", "a tensor of that name"});
}

std::optional<StoredMatrix> WeightCollector::find(const std::string& name) const {
  for (const std::string& prefix : names_.prefixes) {
    if (auto found = store_.find(prefix + name)) return found;
  }
  return std::nullopt;
}

std::optional<StoredMatrix> WeightCollector::find_weight(const std::string& base, const char* suffix,
                                                         std::int64_t block) const {
  return base.empty() ? std::nullopt : find(with_number(base, block) + suffix);
}

Weight WeightCollector::checked(const StoredMatrix& stored, std::int64_t rows, std::int64_t columns,
                                bool transposed) const {
  std::vector<std::int64_t> expected = {rows, columns};
  if (transposed) std::swap(expected[0], expected[1]);
  if (stored.shape != expected) {
    return report(
        {stored.file, stored.name, false, "has shape " + shape_text(stored.shape), shape_text(expected)});
  }
  const auto block = formats::quantization_block(stored.type).elements;
  if ((transposed && block != 1) || expected[1] % block != 0) {
    return report({stored.file, stored.name, false, "is " + formats::quantization_name(stored.type),
                   "rows of whole blocks"});
  }
  return {stored.name, stored.type, stored.data, expected[0], expected[1], transposed, {}};
}

Weight WeightCollector::vector(const std::string& base, const char* suffix, std::int64_t length,
                               std::int64_t block, bool required) const {
  auto stored = find_weight(base, suffix, block);
  if (!stored)
    return required ? missing(names_.prefixes.front() + with_number(base, block) + suffix) : Weight{};
  if (stored->shape != std::vector<std::int64_t>{length}) {
    return report(
        {stored->file, stored->name, false, "has shape " + shape_text(stored->shape), shape_text({length})});
  }
  // A vector is a matrix of one column, so that rows can be chosen from it like from its matrix.
  if (formats::quantization_block(stored->type).elements != 1) {
    return report({stored->file, stored->name, false, "is " + formats::quantization_name(stored->type),
                   "F32, F16 or BF16"});
  }
  return {stored->name, stored->type, stored->data, length, 1, false, {}};
}

Weight WeightCollector::matrix(const std::string& base, std::int64_t rows, std::int64_t columns,
                               std::int64_t block) const {
  const auto stored = find_weight(base, ".weight", block);
  if (!stored) return missing(names_.prefixes.front() + with_number(base, block) + ".weight");
  return checked(*stored, rows, columns, names_.transposed);
}

Weight WeightCollector::table(const std::string& base, std::int64_t rows, std::int64_t columns) const {
  const auto stored = find_weight(base, ".weight", 0);
  if (!stored) return missing(names_.prefixes.front() + base + ".weight");
  return checked(*stored, rows, columns, false);
}

LinearWeights WeightCollector::linear(const std::string& base, std::int64_t rows, std::int64_t columns,
                                      std::int64_t block, bool bias) const {
  return {matrix(base, rows, columns, block), bias ? vector(base, ".bias", rows, block, true) : Weight{}};
}

NormWeights WeightCollector::norm(const std::string& base, std::int64_t width, std::int64_t block) const {
  if (base.empty() || !architecture_.norm_weights) return {};
  const bool shifted = architecture_.norm == NormKind::layer;
  return {vector(base, ".weight", width, block, true),
          shifted ? vector(base, ".bias", width, block, true) : Weight{}};
}

/// Norms of queries and keys may lack the bias that the model's other LayerNorms have.
NormWeights WeightCollector::query_key_norm(const std::string& base, std::int64_t width,
                                            std::int64_t block) const {
  const bool shifted = architecture_.norm == NormKind::layer;
  return {vector(base, ".weight", width, block, true),
          shifted ? vector(base, ".bias", width, block, false) : Weight{}};
}

BlockWeights WeightCollector::block(std::int64_t index) const {
  BlockWeights weights;
  const std::int64_t width = architecture_.hidden;
  weights.attention_norm = norm(names_.attention_norm, width, index);
  weights.attention_output_norm = norm(names_.attention_output_norm, width, index);
  weights.feed_forward_norm = norm(names_.feed_forward_norm, width, index);
  weights.feed_forward_output_norm = norm(names_.feed_forward_output_norm, width, index);
  collect_attention(index, weights);
  collect_query_key_norms(index, weights);
  if (architecture_.pattern[static_cast<std::size_t>(index)].experts) {
    collect_experts(index, weights);
  } else {
    collect_dense(index, weights);
  }
  return weights;
}

void WeightCollector::collect_attention(std::int64_t block, BlockWeights& weights) const {
  const Architecture& a = architecture_;
  const bool bias = a.query_key_value_bias;
  if (!names_.query_key_value.empty()) {
    const LinearWeights all =
        linear(names_.query_key_value, a.query_width() + 2 * a.key_value_width(), a.hidden, block, bias);
    const FusedRows rows = fused_rows(a, names_.fused_order);
    weights.query = select(all, rows.query);
    weights.key = select(all, rows.key);
    weights.value = select(all, rows.value);
  } else {
    weights.query = linear(names_.query, a.query_width(), a.hidden, block, bias);
    weights.key = linear(names_.key, a.key_value_width(), a.hidden, block, bias);
    weights.value = linear(names_.value, a.key_value_width(), a.hidden, block, bias);
  }
  if (names_.rotary_interleaved) {
    weights.query = select(weights.query, deinterleaved_rows(a.heads, a.head_dim));
    weights.key = select(weights.key, deinterleaved_rows(a.key_value_heads, a.head_dim));
  }
  weights.output = linear(names_.output, a.hidden, a.query_width(), block, a.attention_output_bias);
}

void WeightCollector::collect_query_key_norms(std::int64_t block, BlockWeights& weights) const {
  const Architecture& a = architecture_;
  switch (a.query_key_norm) {
    case QueryKeyNorm::none:
      return;
    case QueryKeyNorm::per_head:
      weights.query_norms = {query_key_norm(names_.query_norm, a.head_dim, block)};
      weights.key_norms = {query_key_norm(names_.key_norm, a.head_dim, block)};
      return;
    case QueryKeyNorm::all_heads:
      weights.query_norms = {query_key_norm(names_.query_norm, a.query_width(), block)};
      weights.key_norms = {query_key_norm(names_.key_norm, a.key_value_width(), block)};
      return;
    case QueryKeyNorm::each_head:
      for (std::int64_t h = 0; h < a.heads; ++h) {
        weights.query_norms.push_back(
            query_key_norm(with_number(with_number(names_.query_norm, block), h), a.head_dim, block));
      }
      for (std::int64_t h = 0; h < a.key_value_heads; ++h) {
        weights.key_norms.push_back(
            query_key_norm(with_number(with_number(names_.key_norm, block), h), a.head_dim, block));
      }
  }
}

void WeightCollector::collect_dense(std::int64_t block, BlockWeights& weights) const {
  const std::int64_t hidden = architecture_.hidden;
  const std::int64_t inner = architecture_.intermediate;
  const bool bias = architecture_.feed_forward_bias;
  if (!names_.gate_up.empty()) {
    const LinearWeights both = linear(names_.gate_up, 2 * inner, hidden, block, bias);
    weights.gate = select(both, range(0, inner));
    weights.up = select(both, range(inner, inner));
  } else {
    if (architecture_.gated) weights.gate = linear(names_.gate, inner, hidden, block, bias);
    weights.up = linear(names_.up, inner, hidden, block, bias);
  }
  weights.down = linear(names_.down, hidden, inner, block, bias);
}

void WeightCollector::collect_experts(std::int64_t block, BlockWeights& weights) const {
  const Experts& experts = *architecture_.experts;
  weights.router = linear(names_.router, experts.count, architecture_.hidden, block, false);
  for (std::int64_t e = 0; e < experts.count; ++e) {
    const auto name_of = [&](const std::string& base) { return with_number(with_number(base, block), e); };
    weights.experts.push_back(
        {linear(name_of(names_.expert_gate), experts.intermediate, architecture_.hidden, block, false),
         linear(name_of(names_.expert_up), experts.intermediate, architecture_.hidden, block, false),
         linear(name_of(names_.expert_down), architecture_.hidden, experts.intermediate, block, false)});
  }
}

OuterWeights WeightCollector::outer() const {
  const Architecture& a = architecture_;
  OuterWeights weights;
  weights.token_embedding = table(names_.token_embedding, a.vocabulary, a.embedding_width);
  if (a.learned_positions) {
    weights.position_embedding =
        table(names_.position_embedding, a.maximum_positions + a.position_offset, a.hidden);
  }
  if (!names_.project_in.empty()) {
    weights.project_in = linear(names_.project_in, a.hidden, a.embedding_width, 0, false);
    weights.project_out = linear(names_.project_out, a.embedding_width, a.hidden, 0, false);
  }
  if (a.final_norm) weights.final_norm = norm(names_.final_norm, a.hidden, 0);
  weights.head = head(weights.token_embedding);
  return weights;
}

LinearWeights WeightCollector::head(const Weight& embedding) const {
  const Architecture& a = architecture_;
  LinearWeights result;
  auto stored = store_.find(names_.head + ".weight");
  if (!stored) stored = store_.find("language_model." + names_.head + ".weight");  // multimodal wrappers
  if (stored) result.matrix = checked(*stored, a.vocabulary, a.embedding_width, false);
  if (!stored && !a.tied_head) return {missing(names_.head + ".weight"), {}};
  // A duplicate of the embedding that some files carry is left alone, one that differs is the head.
  const bool tied = !stored || (a.tied_head && same_bytes(result.matrix, embedding));
  if (tied) result.matrix = embedding;
  if (a.head_bias) {
    const std::string bias = names_.head + ".bias";
    result.bias = store_.find(bias) ? vector(names_.head, ".bias", a.vocabulary, 0, true) : missing(bias);
  }
  return result;
}

}  // namespace phasescope::checkpoint
