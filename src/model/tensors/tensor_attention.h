#pragma once

#include "attention.h"
#include "backend.h"

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include <ATen/core/Tensor.h>

namespace phasescope::model::tensors {

/// Rows [first, first + count) of one sequence's queries and all keys that they see.
struct AttentionSpan {
  std::size_t sequence = 0;    ///< of the pass
  std::int64_t first_row = 0;  ///< of the pass
  std::int64_t first_position = 0;
  std::int64_t queries = 0;
  std::int64_t first_key = 0;  ///< row of position 0 in the source of keys
  std::int64_t keys() const { return first_position + queries; }
};

/// Spans of similar sizes, padded to the same number of queries and keys, so that one product serves them.
/// Padding queries repeat their span's last one; padding keys stand at a position that no query sees.
struct AttentionGroup {
  std::vector<AttentionSpan> spans;
  std::int64_t queries = 0;
  std::int64_t keys = 0;
  bool whole = false;      ///< the group's queries are the rows of the pass, all and in order
  at::Tensor query_rows;   ///< [spans * queries]
  at::Tensor output_rows;  ///< the same; padding goes to the row after the last
  at::Tensor key_rows;     ///< [spans * keys]
  std::map<std::int64_t, at::Tensor> hidden;  ///< by window (0: none): bool [spans, 1, queries, keys]
};

/// How the sequences of a pass attend, worked out once and used by every block.
class AttentionPlan {
 public:
  /// Scores that exist at one time, over all heads: 256 MiB of float32.
  static constexpr std::int64_t kScores = std::int64_t{1} << 26;

  /// `key_rows_of`: for each sequence of the pass the row of its position 0 in the source of keys. `scores`:
  /// how many may exist at one time; a query's own are never cut.
  AttentionPlan(const PassRows& pass, const std::vector<std::int64_t>& key_rows_of,
                const checkpoint::Architecture& architecture, c10::Device device,
                std::int64_t scores = kScores);

  const std::vector<AttentionGroup>& groups() const { return groups_; }

 private:
  std::vector<AttentionGroup> groups_;
};

/// Causal softmax attention of queries [rows, heads * head_dim] over keys and values [source rows,
/// key_value_heads * head_dim], in float32; products take operands of the keys' type. Returns [rows, heads *
/// head_dim]. `mean_weights`, where given, receives for each group [spans, queries, keys] averaged over
/// heads.
at::Tensor attend(const AttentionSettings& settings, const AttentionPlan& plan, const at::Tensor& queries,
                  const at::Tensor& keys, const at::Tensor& values, std::vector<at::Tensor>* mean_weights);

}  // namespace phasescope::model::tensors
