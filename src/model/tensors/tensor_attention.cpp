#include "tensor_attention.h"

#include "tensor_product.h"

#include <algorithm>
#include <limits>

#include <ATen/ATen.h>

namespace phasescope::model::tensors {
namespace {

/// Groups up to this many scores are padded as much as it takes: they cost less than starting more products.
constexpr std::int64_t kFewScores = std::int64_t{1} << 22;
constexpr std::int64_t kUnseen = std::numeric_limits<std::int64_t>::max();

/// Cuts sequences into spans and puts those of similar sizes together, within a number of scores.
class Grouping {
 public:
  Grouping(std::int64_t heads, std::int64_t scores) : heads_(heads), scores_(scores) {}

  /// A sequence's queries in pieces whose scores fit.
  void add(const PassSequence& sequence, std::size_t index, std::int64_t first_key) {
    const std::int64_t keys = sequence.first_position + sequence.rows;
    const std::int64_t piece = std::max<std::int64_t>(1, scores_ / (heads_ * keys));
    for (std::int64_t first = 0; first < sequence.rows; first += piece) {
      spans_.push_back({index, sequence.first_row + first, sequence.first_position + first,
                        std::min(piece, sequence.rows - first), first_key});
    }
  }

  std::vector<AttentionGroup> groups() {
    std::stable_sort(spans_.begin(), spans_.end(),
                     [](const AttentionSpan& a, const AttentionSpan& b) { return a.keys() < b.keys(); });
    std::vector<AttentionGroup> groups(1);
    for (const AttentionSpan& span : spans_) {
      if (!fits(groups.back(), span)) groups.emplace_back();
      AttentionGroup& group = groups.back();
      group.spans.push_back(span);
      group.queries = std::max(group.queries, span.queries);
      group.keys = std::max(group.keys, span.keys());
    }
    return groups;
  }

 private:
  bool fits(const AttentionGroup& group, const AttentionSpan& span) const {
    if (group.spans.empty()) return true;
    std::int64_t needed = span.queries * span.keys();
    for (const AttentionSpan& other : group.spans) needed += other.queries * other.keys();
    const std::int64_t padded = (static_cast<std::int64_t>(group.spans.size()) + 1) *
                                std::max(group.queries, span.queries) * std::max(group.keys, span.keys());
    return heads_ * padded <= scores_ && (heads_ * padded <= kFewScores || padded <= needed + needed / 4);
  }

  std::int64_t heads_, scores_;
  std::vector<AttentionSpan> spans_;
};

at::Tensor uploaded(const std::vector<std::int64_t>& values, c10::Device device) {
  return at::tensor(values, at::kLong).to(device);
}

bool is_whole(const std::vector<std::int64_t>& rows, std::int64_t pass_rows) {
  if (static_cast<std::int64_t>(rows.size()) != pass_rows) return false;
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (rows[i] != static_cast<std::int64_t>(i)) return false;
  return true;
}

/// Row numbers of a group, padded, and the positions that the masks are made of.
class GroupRows {
 public:
  GroupRows(AttentionGroup& group, std::int64_t pass_rows) : group_(group), pass_rows_(pass_rows) {
    for (const AttentionSpan& span : group.spans) {
      add_queries(span);
      add_keys(span);
    }
  }

  void upload(c10::Device device, const std::vector<std::int64_t>& windows) {
    group_.whole = is_whole(query_rows_, pass_rows_);
    group_.query_rows = uploaded(query_rows_, device);
    group_.output_rows = uploaded(output_rows_, device);
    group_.key_rows = uploaded(key_rows_, device);
    const auto spans = static_cast<std::int64_t>(group_.spans.size());
    const at::Tensor queries = uploaded(query_positions_, device).view({spans, 1, group_.queries, 1});
    const at::Tensor keys = uploaded(key_positions_, device).view({spans, 1, 1, group_.keys});
    for (const std::int64_t window : windows) {
      at::Tensor hidden = keys > queries;
      if (window > 0) hidden = hidden.logical_or(keys <= queries - window);
      group_.hidden[window] = hidden;
    }
  }

 private:
  void add_queries(const AttentionSpan& span) {
    for (std::int64_t q = 0; q < group_.queries; ++q) {
      const std::int64_t valid = std::min(q, span.queries - 1);
      query_rows_.push_back(span.first_row + valid);
      output_rows_.push_back(q == valid ? span.first_row + q : pass_rows_);
      query_positions_.push_back(span.first_position + valid);
    }
  }

  void add_keys(const AttentionSpan& span) {
    for (std::int64_t k = 0; k < group_.keys; ++k) {
      const bool valid = k < span.keys();
      key_rows_.push_back(span.first_key + (valid ? k : 0));
      key_positions_.push_back(valid ? k : kUnseen);
    }
  }

  AttentionGroup& group_;
  std::int64_t pass_rows_;
  std::vector<std::int64_t> query_rows_, output_rows_, key_rows_, query_positions_, key_positions_;
};

std::vector<std::int64_t> windows_of(const checkpoint::Architecture& architecture) {
  std::vector<std::int64_t> windows;
  for (const checkpoint::BlockPattern& pattern : architecture.pattern) {
    const std::int64_t window = pattern.window.value_or(0);
    if (std::find(windows.begin(), windows.end(), window) == windows.end()) windows.push_back(window);
  }
  return windows;
}

/// The attention of one group in one block. Letters of shapes: s spans, h key-value heads, g queries' heads
/// for each of these, q queries, k keys, d channels of a head.
class GroupAttention {
 public:
  GroupAttention(const AttentionSettings& settings, const AttentionGroup& group)
      : settings_(settings),
        group_(group),
        spans_(static_cast<std::int64_t>(group.spans.size())),
        shared_(settings.heads / settings.key_value_heads) {}

  /// softmax(mask(cap(scale q k^T))), [s, h g, q, k].
  at::Tensor weights(const at::Tensor& all_queries, const at::Tensor& all_keys) const {
    const at::Tensor queries = query_heads(all_queries).mul(settings_.score_scale);
    const at::Tensor keys = key_heads(all_keys);
    at::Tensor scores = batched_product(queries.to(keys.scalar_type()), keys.transpose(1, 2));
    if (settings_.score_softcap) {
      const float cap = *settings_.score_softcap;
      scores = scores.div_(cap).tanh_().mul_(cap);
    }
    scores = scores.view({spans_, settings_.heads, group_.queries, group_.keys});
    scores.masked_fill_(group_.hidden.at(settings_.window.value_or(0)),
                        -std::numeric_limits<float>::infinity());
    return scores.softmax(-1);
  }

  /// [s q, h g d]
  at::Tensor output(const at::Tensor& weights, const at::Tensor& all_values) const {
    const at::Tensor values = key_heads(all_values);
    const at::Tensor rows =
        weights.to(values.scalar_type())
            .view({spans_ * settings_.key_value_heads, shared_ * group_.queries, group_.keys});
    return batched_product(rows, values)
        .view({spans_, settings_.key_value_heads, shared_, group_.queries, settings_.head_dim})
        .permute({0, 3, 1, 2, 4})
        .reshape({spans_ * group_.queries, settings_.heads * settings_.head_dim});
  }

 private:
  /// [rows, h g d] to [s h, g q, d]
  at::Tensor query_heads(const at::Tensor& all) const {
    const at::Tensor rows = group_.whole ? all : all.index_select(0, group_.query_rows);
    return rows.reshape({spans_, group_.queries, settings_.key_value_heads, shared_, settings_.head_dim})
        .permute({0, 2, 3, 1, 4})
        .reshape({spans_ * settings_.key_value_heads, shared_ * group_.queries, settings_.head_dim});
  }

  /// [rows, h d] to [s h, k, d]
  at::Tensor key_heads(const at::Tensor& all) const {
    return all.index_select(0, group_.key_rows)
        .view({spans_, group_.keys, settings_.key_value_heads, settings_.head_dim})
        .permute({0, 2, 1, 3})
        .reshape({spans_ * settings_.key_value_heads, group_.keys, settings_.head_dim});
  }

  const AttentionSettings& settings_;
  const AttentionGroup& group_;
  std::int64_t spans_;
  std::int64_t shared_;
};

}  // namespace

AttentionPlan::AttentionPlan(const PassRows& pass, const std::vector<std::int64_t>& key_rows_of,
                             const checkpoint::Architecture& architecture, c10::Device device,
                             std::int64_t scores) {
  Grouping grouping(architecture.heads, scores);
  for (std::size_t i = 0; i < pass.sequences.size(); ++i) grouping.add(pass.sequences[i], i, key_rows_of[i]);
  groups_ = grouping.groups();
  const auto rows = static_cast<std::int64_t>(pass.tokens.size());
  const std::vector<std::int64_t> windows = windows_of(architecture);
  for (AttentionGroup& group : groups_) GroupRows(group, rows).upload(device, windows);
}

at::Tensor attend(const AttentionSettings& settings, const AttentionPlan& plan, const at::Tensor& queries,
                  const at::Tensor& keys, const at::Tensor& values, std::vector<at::Tensor>* mean_weights) {
  const std::int64_t rows = queries.size(0);
  at::Tensor attended;
  for (const AttentionGroup& group : plan.groups()) {
    const GroupAttention attention(settings, group);
    const at::Tensor weights = attention.weights(queries, keys);
    if (mean_weights != nullptr) mean_weights->push_back(weights.mean(1));
    const at::Tensor output = attention.output(weights, values);
    if (group.whole) return output;
    if (!attended.defined()) attended = at::empty({rows + 1, output.size(1)}, output.options());
    attended.index_copy_(0, group.output_rows, output);
  }
  return attended.narrow(0, 0, rows);
}

}  // namespace phasescope::model::tensors
